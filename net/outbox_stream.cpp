#include "atrium/net/outbox_stream.hpp"

#include <array>

namespace atrium {

namespace {

constexpr std::size_t buffers_per_write = 64; // what Asio passes on at once

} // namespace

outbox_stream::outbox_stream(tcp_socket socket, flusher& by, std::size_t most)
  : socket_(std::move(socket)), flusher_(&by), most_(most) {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);
}

void outbox_stream::flush() {
  if (!waiting_)
    write();
}

void outbox_stream::begin_teardown() {
  flush();
  if (auto owner = owner_.lock())
    owner->on_teardown();
}

void outbox_stream::write() {
  std::array<boost::asio::const_buffer, buffers_per_write> buffers;
  while (!outbox_.empty()) {
    auto n = outbox_.gather(buffers);
    boost::system::error_code error;
    auto written = socket_.write_some(std::span{buffers}.first(n), error);
    if (error == boost::asio::error::would_block)
      return wait_until_writable();
    if (error) {
      socket_.close(error);
      return;
    }
    outbox_.consume(written);
  }
}

void outbox_stream::wait_until_writable() {
  waiting_ = true;
  socket_.async_wait(tcp_socket::wait_write,
                     [this, owner = owner_.lock()](auto error) {
                       waiting_ = false;
                       if (!error)
                         write();
                     });
}

} // namespace atrium
