#pragma once

#include "atrium/actors/replies.hpp"
#include "atrium/net/http/http_routes.hpp"
#include "atrium/net/websocket/close_codes.hpp"
#include "atrium/net/websocket/outbox_stream.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace atrium {

/// Who has a WebSocket stream; kept alive while anything is under way.
class websocket_owner : public stream_owner {
public:
  /// Something has come from the client. Returns whether messages are wanted.
  virtual bool on_heard() = 0;

  /// A whole message has come; `text` is valid during the call.
  virtual void on_message(std::string_view text) = 0;

  /// A message has come that is not text.
  virtual void on_binary() = 0;

  /// The next message may be read.
  virtual void on_ready() = 0;

  /// The WebSocket is over, or there was none.
  virtual void on_gone(boost::system::error_code why) = 0;
};

/// One WebSocket: its handshake, what is read from it message by message, and
/// how it is closed. What is written goes to its outbox, whole frames.
/// Everything that is Beast's is in here. One thread.
class websocket_stream {
public:
  /// `frames` outlives the stream; see `outbox_stream`. Messages may have
  /// `longest` bytes.
  websocket_stream(transport below, flusher& by, std::size_t most,
                   const token_rate& frames, std::size_t longest);

  /// To be called before anything else.
  void owned_by(const std::weak_ptr<websocket_owner>& owner);

  /// Answers the upgrade, by `subprotocol` if that is offered, then calls
  /// `then`.
  void accept(const http_request& request, std::string_view subprotocol,
              std::function<void()> then);

  /// Reads one message.
  void read();

  /// Whether it does so.
  bool is_reading() const {
    return reading_;
  }

  /// Whether neither side has begun to close it.
  bool is_open() const {
    return stream_.is_open();
  }

  /// Closes it, and does not wait for the client by itself.
  void close(close_code code, std::string_view reason);

  /// The code with which the client has closed it, or 0.
  std::uint16_t closed_with() const {
    return stream_.reason().code;
  }

  outbox_stream& out() {
    return stream_.next_layer();
  }

  const outbox_stream& out() const {
    return stream_.next_layer();
  }

private:
  void on_read(websocket_owner& owner, boost::system::error_code error);

  boost::beast::websocket::stream<outbox_stream, false> stream_;
  std::weak_ptr<websocket_owner> owner_;
  boost::beast::flat_buffer buffer_;
  bool reading_ = false;
};

} // namespace atrium
