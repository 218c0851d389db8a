#include "atrium/net/outbox_stream.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <array>

namespace atrium {

namespace {

constexpr std::size_t buffers_per_write = 64; // what Asio passes on at once

} // namespace

// What is on its way through TLS, which takes one record after the other.
struct outbox_stream::encrypted {
  std::string record;         // until it is written
  std::function<void()> then; // when all is written
};

outbox_stream::outbox_stream(transport below, flusher& by, std::size_t most)
  : transport_(std::move(below)), flusher_(&by), most_(most) {
  boost::system::error_code ignored;
  auto& socket = transport_.next_layer();
  socket.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
  if (transport_.tls() != nullptr)
    encrypted_ = std::make_unique<encrypted>();
  else
    socket.non_blocking(true, ignored);
}

outbox_stream::~outbox_stream() = default;

void outbox_stream::flush() {
  if (!waiting_)
    write();
}

void outbox_stream::write() {
  if (encrypted_)
    return write_record(*encrypted_);
  std::array<boost::asio::const_buffer, buffers_per_write> buffers;
  while (!outbox_.empty()) {
    auto n = outbox_.gather(buffers);
    boost::system::error_code error;
    auto written
      = transport_.next_layer().write_some(std::span{buffers}.first(n), error);
    if (error == boost::asio::error::would_block)
      return wait_until_writable();
    if (error)
      return end_socket();
    count_written(written, outbox_.consume(written));
  }
}

void outbox_stream::count_written(std::size_t bytes, std::size_t frames) {
  auto& count = flusher_->counters();
  count.writes.add();
  count.sent_bytes.add(bytes);
  count.frames.add(frames);
}

void outbox_stream::wait_until_writable() {
  waiting_ = true;
  flusher_->stall(*this);
  transport_.next_layer().async_wait(stream_socket::wait_write,
                                     [this, owner = owner_.lock()](auto error) {
                                       waiting_ = false;
                                       unlink();
                                       if (!error)
                                         write();
                                     });
}

// Who waits for the end need not wait any more.
void outbox_stream::end_socket() {
  boost::system::error_code ignored;
  next_layer().close(ignored);
  if (encrypted_)
    if (auto then = std::exchange(encrypted_->then, nullptr))
      then();
}

// -- with TLS -----------------------------------------------------------------

void outbox_stream::write_record(encrypted& out) {
  if (outbox_.empty())
    return on_drained(out);
  std::array<boost::asio::const_buffer, buffers_per_write> buffers;
  auto n = outbox_.gather(buffers);
  for (auto& x : std::span{buffers}.first(n)) {
    auto size = std::min(x.size(), record_size - out.record.size());
    out.record.append(static_cast<const char*>(x.data()), size);
  }
  count_written(out.record.size(), outbox_.consume(out.record.size()));
  waiting_ = true;
  flusher_->stall(*this);
  transport_.tls()->write(boost::asio::buffer(out.record),
                          [this, owner = owner_.lock()](auto error, auto) {
                            waiting_ = false;
                            unlink();
                            encrypted_->record.clear();
                            error ? end_socket() : write();
                          });
}

void outbox_stream::on_drained(encrypted& out) {
  out.record = {}; // an idle connection keeps no buffer
  if (auto then = std::exchange(out.then, nullptr))
    transport_.tls()->close_notify(
      [then, owner = owner_.lock()](auto) { then(); });
}

// -- the end ------------------------------------------------------------------

void outbox_stream::begin_teardown(std::function<void()> then) {
  if (auto owner = owner_.lock())
    owner->on_teardown();
  if (!encrypted_) {
    flush();
    return then();
  }
  encrypted_->then = std::move(then);
  flush();
}

void outbox_stream::close() {
  if (!encrypted_)
    flush();
  if (!encrypted_ || waiting_ || encrypted_->then || !next_layer().is_open())
    return end_socket();
  begin_teardown([this] { end_socket(); });
}

} // namespace atrium
