#pragma once

#include "atrium/net/lane/flusher.hpp"
#include "atrium/net/transport/transport.hpp"
#include "atrium/net/websocket/counted_read.hpp"
#include "atrium/net/websocket/outbox.hpp"

#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace atrium {

/// Who has an outbox stream.
class stream_owner {
public:
  virtual ~stream_owner() = default;

  /// Everything is said; what is missing is the other side's end of the TCP
  /// connection, for which nobody should wait for long.
  virtual void on_teardown() = 0;

  /// The socket has not taken what it should for too long.
  virtual void on_too_slow() = 0;
};

/// The layer between Beast's WebSocket stream and the transport. Reads pass
/// through. Writes, Beast's own (handshake and control frames) as well as ours,
/// are appended whole to one outbox and leave it in that order with one gather
/// write per flush: Beast alone would make one system call per message. With
/// TLS what is flushed is gathered into records instead.
///
/// Whoever is slow is so by their own socket: what waits is offered to it
/// before anybody judges, and a socket that takes it has no backlog. Over the
/// bound a client has most of a second to catch up; over twice the bound, none.
class outbox_stream : public flushable {
public:
  using executor_type = stream_socket::executor_type;
  using next_layer_type = stream_socket;

  /// `most` bytes may wait, by `outbox::held`. What is read is paced by
  /// `frames`, which outlives the stream.
  outbox_stream(transport below, flusher& by, std::size_t most,
                const token_rate& frames);

  ~outbox_stream() override;

  /// Names who has to live while the stream waits for the socket. Called once,
  /// before the first write.
  void owned_by(std::weak_ptr<stream_owner> owner) {
    owner_ = std::move(owner);
  }

  /// Writes what the socket takes. An error closes the socket, which ends the
  /// pending read, which is where the connection's end is noticed.
  void flush() override;

  /// Writes what is left before the connection ends, then calls `then`; with
  /// TLS that is later, and the other side has been told of the end.
  void begin_teardown(std::function<void()> then);

  /// Writes what the socket still takes, and closes it; called again, closes it
  /// at once.
  void close();

  /// Queues a frame and has it flushed: soon, or now where waiting would save
  /// nothing any more.
  void append(const frame& x) {
    outbox_.push(x);
    if (refused_)
      return;
    flusher_->mark(*this);
    if (outbox_.bytes() >= enough_)
      write();
  }

  /// Whether more waits than may. What the client has caused and not taken
  /// counts, too, where only the latest of it is kept.
  bool is_full() const {
    return weight() > most_;
  }

  /// Offers what waits to the socket; then returns whether the socket has
  /// refused it and more waits than may.
  bool is_full_after_write();

  /// Whether it is high time: over twice the bound, or over it for long.
  bool is_overdue() const;

  /// Memory that waits.
  std::size_t queued_bytes() const override {
    return outbox_.held() + pong_.bytes().size();
  }

  void judge() override;

  /// Whether the socket takes no more for now. With TLS every write takes a
  /// turn, so a little may wait although the client reads fast enough.
  bool is_stalled() const {
    return refused_ && (!encrypted_ || outbox_.bytes() > record_size);
  }

  /// Drops what may be dropped, oldest first: a quarter of all that may wait at
  /// once, so that it need not be done again for every further frame. Returns
  /// it.
  std::vector<frame> drop_oldest();

  /// Drops messages of a room for which a newer one comes; returns how many.
  std::size_t drop_room(frame::topic_number room) {
    return outbox_.drop_room(room);
  }

  /// Drops what has not begun to leave.
  void drop_unsent();

  // -- what Beast expects of a stream -----------------------------------------

  executor_type get_executor() {
    return transport_.get_executor();
  }

  const stream_socket& next_layer() const {
    return transport_.next_layer();
  }

  stream_socket& next_layer() {
    return transport_.next_layer();
  }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    counted_read<std::decay_t<Handler>, Buffers> counted{
      std::forward<Handler>(handler), buffers,
      &flusher_->counters().received_bytes, &pace_};
    auto pause = pace_.take_pause();
    if (pause == pause.zero())
      return transport_.async_read_some(buffers, std::move(counted));
    auto kept = std::make_shared<decltype(counted)>(std::move(counted));
    read_later(pause, [this, buffers, kept] {
      transport_.async_read_some(buffers, std::move(*kept));
    });
  }

  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    std::string bytes{boost::asio::buffers_begin(buffers),
                      boost::asio::buffers_end(buffers)};
    auto n = bytes.size();
    boost::system::error_code error;
    if (!append_own(std::move(bytes)))
      error = boost::asio::error::no_buffer_space;
    boost::asio::post(
      get_executor(),
      boost::beast::bind_handler(std::forward<Handler>(handler), error, n));
  }

private:
  using clock = std::chrono::steady_clock;

  static constexpr std::size_t record_size = 16'384; // the most of TLS

  struct encrypted;

  std::size_t weight() const {
    return queued_bytes() + skipped_;
  }

  bool append_own(std::string bytes);
  void read_later(token_bucket::duration pause, std::function<void()> read);
  void take_pong();
  bool has_something();
  void write();
  void on_writable();
  void leave_stalled();
  bool takes_bytes();
  void fall_behind(bool is_behind);
  void on_record(boost::system::error_code error);
  void count_written(std::size_t bytes, std::size_t frames);
  void wait_until_writable();
  void write_record(encrypted& out);
  void on_drained(encrypted& out);
  void end_socket();

  transport transport_;
  flusher* flusher_;
  std::weak_ptr<stream_owner> owner_;
  std::size_t most_;
  std::size_t enough_; // for a write that saves nothing by waiting for more
  outbox outbox_;
  frame pong_;              // the latest, while the socket takes nothing
  std::size_t skipped_ = 0; // bytes of those that it has replaced
  clock::time_point full_since_{};
  std::unique_ptr<encrypted> encrypted_; // null without TLS
  bool refused_ = false;                 // the socket has not taken all
  bool waiting_ = false;                 // for the socket, or a record
  bool is_behind_ = false; // it is the lane that is slow, with TLS
  frame_meter pace_;
  std::unique_ptr<boost::asio::steady_timer> pause_; // null unless it reads
                                                     // slower
};

/// Writes what is left, then ends the TCP connection as Beast does.
template <class Handler>
void async_teardown(boost::beast::role_type role, outbox_stream& stream,
                    Handler&& handler) {
  auto kept
    = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
  stream.begin_teardown([role, &stream, kept] {
    boost::beast::websocket::async_teardown(role, stream.next_layer(),
                                            std::move(*kept));
  });
}

} // namespace atrium
