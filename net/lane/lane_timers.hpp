#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace atrium {

struct interval_tag;
struct deadline_tag;

template <class Tag>
using auto_unlink_hook = boost::intrusive::list_base_hook<
  boost::intrusive::tag<Tag>,
  boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// Says whether somebody who comes from an address is meant.
using address_filter = std::function<bool(const boost::asio::ip::address&)>;

/// Something with an interval and deadlines; leaves the timers when it dies.
class timed : public auto_unlink_hook<interval_tag>,
              public auto_unlink_hook<deadline_tag> {
public:
  virtual ~timed() = default;

  /// Called once per interval.
  virtual void on_interval() = 0;

  /// Called once, when the deadline has passed.
  virtual void expire() = 0;

  /// Somebody needs its place: it finds out whether its client is there, if it
  /// comes from such an address. Returns whether it does so.
  virtual bool doubt(const address_filter&) {
    return false;
  }

  /// Called once a second for a while: if it was doubted the third time ago,
  /// and has heard nothing since, it ends.
  virtual void settle_doubt() {
    // nop
  }

private:
  friend class lane_timers;

  std::uint64_t deadline_ = 0; // second of the timers' clock
};

/// One timer for all connections of a lane instead of one for each: ticks once
/// a second and visits the connections whose turn it is. Precise to a second.
/// One thread.
class lane_timers {
public:
  lane_timers(boost::asio::io_context& io, std::chrono::seconds interval);

  /// Calls `x` once per interval from now on, first after a whole one.
  void start(timed& x);

  /// Expires `x` after `time`, unless it gets another deadline before. A later
  /// call replaces the deadline.
  void expire_after(timed& x, std::chrono::seconds time);

  /// Returns how many seconds it has ticked.
  std::chrono::seconds time() const {
    return std::chrono::seconds{now_};
  }

  /// Takes the deadline back.
  static void cancel_deadline(timed& x);

  /// Expires all that have a deadline, now.
  void expire_all();

  /// Doubts those with an interval, some at a time: the next ones at the next
  /// call. They have two seconds to prove their worth.
  void doubt(const address_filter& whom);

  /// How many times `settle_doubt` is called after a doubt, a second apart.
  static constexpr std::uint8_t patience = 3;

  /// A second is over: visits whose turn it is. Its own timer says so.
  void tick();

  /// Ends the ticking, so that the thread can end.
  void stop();

private:
  template <class Tag>
  using list
    = boost::intrusive::list<timed,
                             boost::intrusive::base_hook<auto_unlink_hook<Tag>>,
                             boost::intrusive::constant_time_size<false>>;

  void wait();
  void settle_doubts();

  boost::asio::steady_timer timer_;
  std::vector<list<interval_tag>> slots_; // one per second of the interval
  list<deadline_tag> deadlines_;          // few: those who come or go right now
  std::uint64_t now_ = 0;
  std::size_t next_doubt_ = 0; // slot
  std::uint8_t settling_ = 0;  // ticks until all doubts are settled
  bool stopped_ = false;
};

} // namespace atrium
