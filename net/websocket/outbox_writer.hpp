#pragma once

#include "atrium/net/lane/flusher.hpp"
#include "atrium/net/transport/transport.hpp"
#include "atrium/net/websocket/arrears.hpp"
#include "atrium/net/websocket/outbox.hpp"
#include "atrium/net/websocket/stream_owner.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace atrium {

/// Writes frames to a transport: they are appended to one outbox and leave it
/// in that order with one gather write per flush. With TLS the bytes are
/// gathered into records instead.
///
/// A slow client is slow by its own socket: waiting bytes are offered to the
/// socket before the client counts as slow, and a socket that takes them has no
/// backlog. Over the bound a client has most of a second to catch up; over
/// twice the bound, none.
class outbox_writer : public flushable {
public:
  /// `most` bytes may wait, by `outbox::held`.
  outbox_writer(transport below, flusher& by, std::size_t most);

  ~outbox_writer() override;

  /// Names who has to live while the stream waits for the socket. Called once,
  /// before the first write.
  void owned_by(std::weak_ptr<stream_owner> owner);

  /// Writes what the socket takes. An error closes the socket, which ends the
  /// pending read, which is where the connection's end is noticed.
  void flush() override;
  void check_backlog() override;

  /// Writes what is left, then calls `then`; with TLS that is later, and the
  /// other side has been told of the end.
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
    if (outbox_.bytes() >= std::min(write_size, most_ / 2))
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
  std::size_t queued_bytes() const final {
    return outbox_.held() + (arrears_ ? arrears_->bytes() : 0);
  }

  /// Whether the socket takes no more for now. With TLS every write takes a
  /// turn, so a little may wait although the client reads fast enough.
  bool is_stalled() const {
    return refused_ && (!encrypted_ || outbox_.bytes() > record_size);
  }

  /// Drops and returns what may be dropped, oldest first: a quarter of all that
  /// may wait at once, so that the next frames need no drop.
  std::vector<frame> drop_oldest();

  /// Drops messages of a room for which a newer one comes; returns how many.
  std::size_t drop_room(frame::topic_number room);

  /// Drops what has not begun to leave.
  void drop_unsent();

protected:
  transport& below() {
    return transport_;
  }

  std::shared_ptr<stream_owner> owner() const;

  lane_counters& counters() {
    return flusher_->counters();
  }

  /// Appends an answer to a control frame; false when the client is too slow
  /// for that.
  bool append_own(std::string bytes);

  /// The socket has been closed: nobody should wait for it any more.
  virtual void on_closed() = 0;

private:
  struct encrypted;
  static constexpr std::size_t record_size = 16'384; // the most of TLS
  static constexpr std::size_t write_size = 65'536;  // more saves no calls

  std::size_t weight() const {
    return outbox_.held() + (arrears_ ? arrears_->weight() : 0);
  }

  arrears& owed();
  void forgive();
  void take_pong();
  bool has_something();
  void write();
  void on_writable();
  void leave_stalled();
  void fall_behind(bool is_behind);
  void on_record(boost::system::error_code error);
  void count_written(std::size_t bytes, std::size_t frames);
  void wait_until_writable();
  void write_record(encrypted& out);
  void on_drained(encrypted& out);
  void end_socket();

  // A delivery reads most of what follows; these fields share few cache lines.
  std::weak_ptr<stream_owner> owner_;
  transport transport_;
  std::unique_ptr<encrypted> encrypted_; // null without TLS
  std::unique_ptr<arrears> arrears_;     // null while nothing is owed
  flusher* flusher_;
  std::size_t most_;
  outbox outbox_;
  bool refused_ = false;   // the socket has not taken all
  bool waiting_ = false;   // for the socket, or a record
  bool is_behind_ = false; // it is the lane that is slow, with TLS
};

} // namespace atrium
