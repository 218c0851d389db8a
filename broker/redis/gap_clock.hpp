#pragma once

#include "atrium/broker/util/time.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <utility>

namespace atrium {

/// Tells which times messages may have that were published between two moments.
/// Moments are those of the steady clock; messages have the time of the wall
/// clock, which may be set in between, and that of another node, which may be a
/// little off. An interval is never too short. For one thread.
class gap_clock {
public:
  using steady = std::chrono::steady_clock::time_point;
  using interval = std::pair<unix_time, unix_time>;

  /// Both clocks at one moment.
  struct reading {
    steady moment;
    unix_time wall;
  };

  /// What the times of messages may be off.
  struct margins {
    /// A message has the time at which a node has accepted it, and waits there
    /// for so long at most.
    std::chrono::milliseconds delay{0};

    /// What the clocks of two nodes may differ by.
    std::chrono::milliseconds skew{0};
  };

  /// Reads the clocks of this machine.
  static reading machine();

  explicit gap_clock(margins by, std::function<reading()> source = machine);

  /// Looks at the clocks. To be called about once a second: what the wall clock
  /// showed just before it was set is known as precisely as that.
  steady look();

  /// Returns the times that a message may have that was published after `from`
  /// and up to now; ordered.
  interval since(steady from);

private:
  /// A time in which the wall clock ran like the steady one, but for what it
  /// was ahead of it.
  struct stretch {
    steady begin;
    steady end;
    std::chrono::milliseconds least_ahead;
    std::chrono::milliseconds most_ahead;
  };

  const margins margins_;
  const std::function<reading()> source_;
  std::deque<stretch> known_; // oldest first; they overlap where it was set
};

} // namespace atrium
