#include "atrium/net/monitoring/metrics/lane_load.hpp"

#include <algorithm>

namespace atrium {

void lane_load::sample(clock::time_point now, std::chrono::nanoseconds busy) {
  if (points_.size() == window)
    points_.pop_front();
  points_.push_back({now, busy});
}

double lane_load::ratio() const {
  if (points_.size() < 2)
    return 0;
  std::chrono::duration<double> busy
    = points_.back().busy - points_.front().busy;
  std::chrono::duration<double> wall = points_.back().at - points_.front().at;
  if (wall.count() <= 0)
    return 0;
  // Two clocks that are read one after the other: the quotient of a busy thread
  // is now and then above 1.
  return std::clamp(busy / wall, 0.0, 1.0);
}

} // namespace atrium
