#pragma once

#include "atrium/actors/util/lane_meter.hpp"
#include "atrium/broker/util/turn.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>

namespace atrium {

/// Something with bytes to write; leaves the flusher's list when it dies.
class flushable
  : public boost::intrusive::list_base_hook<
      boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  virtual ~flushable() = default;

  /// Writes what it has, as far as that goes without blocking.
  virtual void flush() = 0;

  /// Bytes that wait for it.
  virtual std::size_t queued_bytes() const = 0;

  /// Called from time to time while it waits for its socket and somebody has
  /// asked for that: is it too slow?
  virtual void check_backlog() = 0;
};

/// Decides when a lane writes. The system call is what a delivery costs, so
/// frames for one socket are gathered: a lane writes at the end of its turn.
/// Where frames have shared a write, it gathers after a flush for as long as
/// the flush took, at most for the window: a short flush makes for a short
/// wait, and under load at most half of a lane's time goes into writing. One
/// thread.
class flusher : private turn_end_task {
public:
  flusher(boost::asio::io_context& io, std::chrono::microseconds window,
          lane_meter& meter, turn& by)
    : turn_(by), timer_(io), watch_(io), window_(window), meter_(meter) {
    // nop
  }

  /// Has `x` flushed, once, soon. Marking it again before that costs nothing.
  void mark(flushable& x) {
    if (x.is_linked())
      return;
    marked_.push_back(x);
    if (!scheduled_)
      schedule();
  }

  /// Remembers that `x` waits for its socket, until it leaves the list: nobody
  /// else has bytes in its outbox for longer than a moment.
  void stall(flushable& x) {
    x.unlink(); // it may have been marked before
    stalled_.push_back(x);
  }

  /// Has everything that waits for its socket checked within a tenth of a
  /// second or so.
  void watch();

  /// Counts those whose sockets take more than the lane has encrypted so far.
  void count_behind(int change) {
    behind_ += change;
  }

  /// Whether the lane should write before it goes on; checks anew who keeps it.
  bool is_behind();

  /// Looks at how much waits for sockets. Costs time for each that is stalled:
  /// to be done once a second or so.
  void measure_backlog();

  lane_counters& counters() {
    return meter_.counters();
  }

private:
  using clock = std::chrono::steady_clock;

  void schedule();
  void on_turn_end() override;
  void flush();
  void check_backlog();

  turn& turn_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer watch_;
  std::chrono::microseconds window_;
  clock::time_point due_; // not before
  bool scheduled_ = false;
  bool watching_ = false;
  int behind_ = 0;
  clock::time_point checked_; // who is behind
  lane_meter& meter_;

  using list
    = boost::intrusive::list<flushable,
                             boost::intrusive::constant_time_size<false>>;
  list marked_;
  list stalled_;
};

} // namespace atrium
