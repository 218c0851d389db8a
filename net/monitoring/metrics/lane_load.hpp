#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

namespace atrium {

/// Says which part of the last seconds a thread was busy, from samples of its
/// CPU time. One thread.
class lane_load {
public:
  using clock = std::chrono::steady_clock;

  /// Notes that the thread was busy for `busy` in all. To be called once a
  /// second; the latest eleven count.
  void sample(clock::time_point now, std::chrono::nanoseconds busy);

  /// Returns 0 to 1: from the oldest sample to the latest. 0 when it is not
  /// known yet.
  double ratio() const;

private:
  static constexpr std::size_t window = 11;

  struct point {
    clock::time_point at;
    std::chrono::nanoseconds busy;
  };

  std::deque<point> points_; // oldest first
};

} // namespace atrium
