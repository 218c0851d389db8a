#include "atrium/net/http/proxy_reader.hpp"

#include <boost/asio/buffer.hpp>

namespace atrium {

void proxy_reader::run() {
  boost::system::error_code ignored;
  // `look` asks the socket itself and must not hold the lane up.
  socket_.non_blocking(true, ignored);
  wait();
}

void proxy_reader::wait() {
  socket_.async_wait(
    stream_socket::wait_read,
    [self = shared_from_this()](boost::system::error_code error) {
      if (!error)
        return self->look();
      auto cut = error == boost::asio::error::operation_aborted;
      self->fail(error, cut ? "says only a part of a header in time" : "");
    });
}

// Looks before it takes: what follows the header stays in the socket.
void proxy_reader::look() {
  auto before = seen_.size();
  boost::system::error_code error;
  seen_.resize(proxy_header::longest);
  auto free = boost::asio::buffer(seen_) + before;
  auto n = socket_.receive(free, stream_socket::message_peek, error);
  seen_.resize(before + (error ? 0 : n));
  if (error == boost::asio::error::would_block)
    return wait();
  if (error)
    return fail(error, "ends within its header");
  auto header = proxy_header::read(seen_);
  if (header.is == proxy_header::state::broken)
    return done_({}, header);
  // A part is taken, too: the socket would stay readable for as long as it is
  // there, and the wait would spin.
  auto whole = header.is == proxy_header::state::complete;
  seen_.resize(whole ? header.size : seen_.size());
  socket_.receive(boost::asio::buffer(seen_) + before, 0, error);
  whole ? done_({}, header) : wait();
}

// Who ends without a word is no flaw: probes do so.
void proxy_reader::fail(boost::system::error_code error,
                        std::string_view flaw) {
  proxy_header none;
  none.flaw = seen_.empty() ? std::string_view{} : flaw;
  done_(error, none);
}

} // namespace atrium
