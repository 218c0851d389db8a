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

namespace atrium {

/// The timers that a room's logic has set, by name. Knows no clock: whoever has
/// one calls `take_due`.
class room_timers {
public:
  using time_point = caf::actor_clock::time_point;

  /// How many timers a room may have.
  static constexpr std::size_t most = 1'024;

  struct timer {
    time_point due;
    std::chrono::milliseconds interval{0}; ///< Zero: once.
    std::uint64_t number = 0; ///< The later it was set, the higher.
  };

  using map = std::map<std::string, timer, std::less<>>;

  /// Sets a timer, in place of one of that name. Throws `std::length_error`.
  void set(std::string name, time_point due,
           std::chrono::milliseconds interval);

  /// Returns whether there was such a timer.
  bool cancel(std::string_view name);

  void clear() {
    timers_.clear();
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

  const map& all() const {
    return timers_;
  }

private:
  map timers_;
  std::uint64_t last_ = 0;
};

} // namespace atrium
