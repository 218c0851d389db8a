#include "atrium/net/websocket/websocket_stream.hpp"

#include "atrium/net/websocket/close_codes.hpp"
#include "atrium/net/websocket/framing.hpp"
#include "atrium/net/websocket/handshake.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <vector>

namespace atrium {

namespace websocket = boost::beast::websocket;

namespace {

constexpr std::size_t short_read = 1536;
constexpr std::size_t long_read = 65'536;      // of a frame that is longer
constexpr std::size_t encrypted_read = 16'384; // TLS gives no more at once

// Whoever reads into it looks at it in the same turn.
std::span<char> memory_of_thread() {
  static thread_local std::vector<char> bytes(long_read);
  return bytes;
}

} // namespace

websocket_stream::websocket_stream(transport below, flusher& by,
                                   std::size_t most, const token_rate& frames,
                                   std::size_t longest)
  : outbox_writer(std::move(below), by, most), reader_(longest), pace_(frames) {
  // nop
}

void websocket_stream::owned_by(const std::weak_ptr<websocket_owner>& owner) {
  outbox_writer::owned_by(owner);
}

websocket_stream::owner_ptr websocket_stream::owner() const {
  return std::static_pointer_cast<websocket_owner>(outbox_writer::owner());
}

void websocket_stream::accept(const http_request& request,
                              std::string_view subprotocol) {
  stage_ = stage::open;
  append(frame{accept_handshake(request, subprotocol)});
}

// -- reading ------------------------------------------------------------------

void websocket_stream::read() {
  reading_ = true;
  if (taking_)
    return; // goes on by itself
  if (unread_.empty())
    return wait();
  // Later: whoever calls this may be in the middle of something.
  boost::asio::post(below().get_executor(), [this, who = owner()] {
    auto bytes = std::exchange(unread_, {});
    take(who, bytes);
  });
}

std::size_t websocket_stream::next_read() const {
  auto n = std::max<std::uint64_t>(reader_.missing(), short_read);
  return std::min<std::uint64_t>(n, long_read);
}

void websocket_stream::wait() {
  pace_.take(reader_.take_extra_frames());
  auto time = pace_.take_pause();
  if (time == time.zero())
    return receive();
  pause_
    = std::make_unique<boost::asio::steady_timer>(below().get_executor(), time);
  // Called after `cancel`, too: then the read fails, and the owner hears of it.
  pause_->async_wait([this, who = owner()](auto) {
    pause_.reset();
    receive();
  });
}

void websocket_stream::on_closed() {
  if (pause_)
    pause_->cancel();
}

void websocket_stream::receive() {
  if (below().tls() != nullptr)
    return receive_encrypted();
  below().next_layer().async_wait(
    stream_socket::wait_read,
    [this, who = owner()](auto error) { on_readable(who, error); });
}

void websocket_stream::on_readable(const owner_ptr& owner, error_code error) {
  auto bytes = memory_of_thread().first(next_read());
  std::size_t n = 0;
  if (!error)
    n = below().next_layer().read_some(boost::asio::buffer(bytes), error);
  if (error == boost::asio::error::would_block)
    return receive();
  on_received(owner, error, bytes.first(n));
}

// TLS is slow to fill what it is given: meanwhile others use the thread's.
void websocket_stream::receive_encrypted() {
  auto own = std::make_shared<std::vector<char>>(
    std::min(next_read(), encrypted_read));
  below().tls()->read_some(boost::asio::buffer(*own),
                           [this, own, who = owner()](auto error, auto n) {
                             on_received(who, error, std::span{*own}.first(n));
                           });
}

void websocket_stream::on_received(const owner_ptr& owner, error_code error,
                                   std::span<char> bytes) {
  if (error) {
    stage_ = stage::over;
    return owner->on_gone(error);
  }
  counters().received_bytes.add(bytes.size());
  take(owner, bytes);
}

void websocket_stream::take(const owner_ptr& owner, std::span<char> bytes) {
  owner->on_heard();
  taking_ = true;
  do {
    handle(owner, reader_.take(bytes));
    reader_.release();
  } while (!bytes.empty() && reading_ && stage_ != stage::over);
  taking_ = false;
  if (!reading_)
    unread_.assign(bytes.begin(), bytes.end());
  else if (stage_ != stage::over)
    wait();
}

void websocket_stream::handle(const owner_ptr& owner,
                              frame_reader::found what) {
  using found = frame_reader::found;
  switch (what) {
  case found::text:
    return on_text(*owner);
  case found::binary:
    return owner->on_binary();
  case found::ping:
    return pong(*owner);
  case found::close:
    return on_close(owner);
  case found::mistake:
    return fail(owner, reader_.mistake());
  case found::pong: // has been heard
  case found::nothing:
    return;
  }
}

void websocket_stream::on_text(websocket_owner& owner) {
  if (!owner.on_heard())
    return; // asked too late
  owner.on_message(reader_.payload());
  if (stage_ != stage::open)
    return;
  reading_ = false; // not before: an answer must not go on reading
  owner.on_ready();
}

void websocket_stream::pong(websocket_owner& owner) {
  if (stage_ != stage::open || append_own(pong_frame(reader_.payload())))
    return;
  stage_ = stage::over;
  owner.on_gone(boost::asio::error::no_buffer_space);
}

// -- the end ------------------------------------------------------------------

void websocket_stream::close(close_code code, std::string_view reason) {
  if (stage_ != stage::open)
    return; // the end is under way
  stage_ = stage::closing;
  append(frame{close_frame(static_cast<std::uint16_t>(code), reason)});
  reader_.skip_messages();
  if (!reading_)
    read();
}

void websocket_stream::on_close(const owner_ptr& owner) {
  constexpr std::uint16_t normal = 1000;
  auto read = read_close(reader_.payload());
  if (auto* flaw = std::get_if<frame_reader::error>(&read))
    return fail(owner, *flaw);
  closed_with_ = std::get<std::uint16_t>(read);
  finish(owner, closed_with_ != 0 ? closed_with_ : normal,
         websocket::error::closed);
}

void websocket_stream::fail(const owner_ptr& owner, frame_reader::error why) {
  finish(owner, close_code_of(why), why);
}

// Says goodbye unless that has been said.
void websocket_stream::finish(const owner_ptr& owner, std::uint16_t code,
                              error_code why) {
  auto is_first = stage_ == stage::open;
  stage_ = stage::over;
  if (is_first && !append_own(close_frame(code, {})))
    return owner->on_gone(boost::asio::error::no_buffer_space);
  begin_teardown([this, owner, why] { end(owner, why); });
}

// RFC 6455, section 7.1.1: what the client has not read might be lost if the
// socket were closed before the client has closed its end.
void websocket_stream::end(const owner_ptr& owner, error_code why) {
  error_code error;
  auto& socket = below().next_layer();
  socket.non_blocking(true, error);
  if (!error)
    socket.shutdown(stream_socket::shutdown_send, error);
  if (error)
    return owner->on_gone(why);
  discard(owner, why);
}

void websocket_stream::discard(const owner_ptr& owner, error_code why) {
  below().next_layer().async_wait(
    stream_socket::wait_read, [this, owner, why](error_code error) {
      auto bytes = memory_of_thread();
      if (!error)
        below().next_layer().read_some(boost::asio::buffer(bytes), error);
      if (error && error != boost::asio::error::would_block)
        return owner->on_gone(why);
      discard(owner, why);
    });
}

} // namespace atrium
