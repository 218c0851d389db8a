#include "atrium/net/websocket/websocket_stream.hpp"

#include "atrium/net/http/credentials.hpp"

namespace atrium {

namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace {

// Beast allocates what it may read before there is anything to read: a little
// for the beginning of a message, then as much as the message needs.
constexpr std::size_t first_read = 256;
constexpr std::size_t next_read = 65536;

} // namespace

websocket_stream::websocket_stream(transport below, flusher& by,
                                   std::size_t most, const token_rate& frames,
                                   std::size_t longest)
  : stream_(std::move(below), by, most, frames) {
  stream_.read_message_max(longest);
}

// Control frames are Beast's; the owner only has to know that they have come.
void websocket_stream::owned_by(const std::weak_ptr<websocket_owner>& owner) {
  owner_ = owner;
  out().owned_by(owner);
  // Weak: Beast keeps this in the stream, which is a part of the owner.
  stream_.control_callback([this](auto, auto) {
    if (auto who = owner_.lock())
      who->on_heard();
  });
}

void websocket_stream::accept(const http_request& request,
                              std::string_view subprotocol,
                              std::function<void()> then) {
  auto is_offered = offers_subprotocol(request, subprotocol);
  stream_.set_option(websocket::stream_base::decorator(
    [subprotocol, is_offered](websocket::response_type& response) {
      response.set(http::field::server, "atrium");
      if (is_offered)
        response.set(http::field::sec_websocket_protocol, subprotocol);
    }));
  stream_.async_accept(
    request, [owner = owner_.lock(), then = std::move(then)](auto error) {
      if (error)
        return owner->on_gone({});
      then();
    });
}

void websocket_stream::read() {
  reading_ = true;
  auto most = buffer_.size() == 0 ? first_read : next_read;
  stream_.async_read_some(buffer_, most,
                          [this, owner = owner_.lock()](auto error, auto) {
                            on_read(*owner, error);
                          });
}

void websocket_stream::on_read(websocket_owner& owner,
                               boost::system::error_code error) {
  if (error)
    return owner.on_gone(error);
  if (!owner.on_heard())
    return; // closing: Beast reads on by itself
  if (!stream_.is_message_done())
    return read();
  if (!stream_.got_text())
    return owner.on_binary();
  auto data = buffer_.data();
  owner.on_message({static_cast<const char*>(data.data()), data.size()});
  buffer_.clear();
  // Most connections are idle: they keep no memory for reading.
  if (buffer_.capacity() > first_read)
    buffer_.shrink_to_fit();
  reading_ = false; // not before: an answer must not read into the buffer
  owner.on_ready();
}

void websocket_stream::close(close_code code, std::string_view reason) {
  websocket::close_reason why{static_cast<std::uint16_t>(code)};
  why.reason.assign(reason.data(), reason.size());
  stream_.async_close(why,
                      [owner = owner_.lock()](auto) { owner->on_gone({}); });
}

} // namespace atrium
