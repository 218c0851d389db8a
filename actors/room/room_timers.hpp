#pragma once

#include <caf/actor_clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// The timers that a room's logic has set, by name. Knows no clock: whoever has
/// one calls `take_due`.
class room_timers {
public:
  using time_point = caf::actor_clock::time_point;

  /// How many timers a room may have.
  static constexpr std::size_t most = 1'024;

  /// What is longer counts as this long: a century, and a clock that counts
  /// nanoseconds has place for two.
  static constexpr std::chrono::milliseconds longest
    = std::chrono::hours{100 * 365 * 24};

  /// Sets a timer that is due in `first` for the first time, in place of one of
  /// that name, and returns when. What is negative counts as zero. Throws
  /// `std::length_error`.
  time_point set(std::string name, time_point now,
                 std::chrono::milliseconds first,
                 std::chrono::milliseconds interval);

  /// Returns whether there was such a timer.
  bool cancel(std::string_view name);

  void clear() {
    timers_.clear();
    ++version_;
  }

  /// Returns the time of the next one.
  std::optional<time_point> earliest() const;

  /// The number of the timer that was set last.
  std::uint64_t last() const {
    return last_;
  }

  /// Takes out the first that is due by now and is not younger than the number
  /// `last`: what is set meanwhile has to wait for its turn. With an interval
  /// it is set again, for the first time that is still to come.
  std::optional<std::string> take_due(time_point now, std::uint64_t last);

  /// How many there are.
  std::size_t size() const {
    return timers_.size();
  }

  /// A timer as it is saved.
  struct entry {
    std::string name;
    time_point due;
    std::chrono::milliseconds interval{0}; ///< Zero: once.
  };

  /// Returns all, in the order in which they were set.
  std::vector<entry> list() const;

  /// Sets one that was saved, in place of one of that name.
  void put(entry x);

  /// Changes whenever `list` does.
  std::uint64_t version() const {
    return version_;
  }

  /// Returns the names of the `n` that are due first, and the milliseconds
  /// until then; negative: it is late.
  std::map<std::string, std::int64_t> next(std::size_t n, time_point now) const;

private:
  struct timer {
    time_point due;
    std::chrono::milliseconds interval; // zero: once
    std::uint64_t number;               // the later it was set, the higher

    /// Of those for one time the first that was set comes first.
    auto order() const {
      return std::pair{due, number};
    }
  };

  std::map<std::string, timer, std::less<>> timers_;
  std::uint64_t last_ = 0;
  std::uint64_t version_ = 0;
};

} // namespace atrium
