#pragma once

#include "atrium/actors/replies.hpp"
#include "atrium/net/http/http_types.hpp"
#include "atrium/net/websocket/frame_meter.hpp"
#include "atrium/net/websocket/frame_reader.hpp"
#include "atrium/net/websocket/outbox_writer.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace atrium {

/// Who has a WebSocket stream; kept alive while anything is under way.
class websocket_owner : public stream_owner {
public:
  /// Something has come from the client. Returns whether messages are wanted.
  virtual bool on_heard() = 0;

  /// A whole message has come, in UTF-8; `text` is valid during the call.
  virtual void on_message(std::string_view text) = 0;

  /// A message has come that is not text.
  virtual void on_binary() = 0;

  /// The next message may be read.
  virtual void on_ready() = 0;

  /// The WebSocket is over; may be called several times.
  virtual void on_gone(boost::system::error_code why) = 0;
};

/// One WebSocket: its handshake, what is read from it message by message, and
/// how it is closed. What is written goes to its outbox, whole frames. One
/// thread.
///
/// Reads only when there is something to read, into memory of the thread, and
/// looks at that at once: an idle stream has nothing but its fields.
class websocket_stream final : private outbox_writer {
public:
  /// `frames`, the pace of frames that end no message, outlives the stream. Of
  /// what is written, `most` bytes may wait; messages that are read may have
  /// `longest`.
  websocket_stream(transport below, flusher& by, std::size_t most,
                   const token_rate& frames, std::size_t longest);

  /// To be called before anything else.
  void owned_by(const std::weak_ptr<websocket_owner>& owner);

  /// Answers the upgrade, by `subprotocol` if that is offered.
  void accept(const http_request& request, std::string_view subprotocol);

  /// Reads one message.
  void read();

  /// Whether it does so.
  bool is_reading() const {
    return reading_;
  }

  /// Whether neither side has begun to close it.
  bool is_open() const {
    return stage_ == stage::open;
  }

  /// Closes it: when the client has answered, the owner is told.
  void close(close_code code, std::string_view reason);

  /// The code with which the client has closed it, or 0.
  std::uint16_t closed_with() const {
    return closed_with_;
  }

  outbox_writer& out() {
    return *this;
  }

  const outbox_writer& out() const {
    return *this;
  }

private:
  enum class stage : std::uint8_t { accepting, open, closing, over };

  using owner_ptr = std::shared_ptr<websocket_owner>;
  using error_code = boost::system::error_code;

  owner_ptr owner() const;
  std::size_t next_read() const;
  void wait();
  void receive();
  void receive_encrypted();
  void on_readable(const owner_ptr& owner, error_code error);
  void on_received(const owner_ptr& owner, error_code error,
                   std::span<char> bytes);
  void take(const owner_ptr& owner, std::span<char> bytes);
  void handle(const owner_ptr& owner, frame_reader::found what);
  void on_text(websocket_owner& owner);
  void pong(websocket_owner& owner);
  void on_close(const owner_ptr& owner);
  void fail(const owner_ptr& owner, frame_reader::error why);
  void finish(const owner_ptr& owner, std::uint16_t code, error_code why);
  void end(const owner_ptr& owner, error_code why);
  void discard(const owner_ptr& owner, error_code why);
  void on_closed() override;

  // First: in the same cache line as what the outbox has for each delivery.
  stage stage_ = stage::accepting;
  bool reading_ = false;
  bool taking_ = false; // looks at what has been read
  std::uint16_t closed_with_ = 0;
  frame_reader reader_;
  frame_meter pace_;
  std::string unread_; // what came behind the latest message
  std::unique_ptr<boost::asio::steady_timer> pause_; // null unless it reads
                                                     // slower
};

} // namespace atrium
