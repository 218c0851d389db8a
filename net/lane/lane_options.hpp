#pragma once

#include <chrono>
#include <cstddef>

namespace atrium {

/// How many lanes there are, and what their timers and writes do.
struct lane_options {
  std::size_t count = 0; ///< 0: one per two processors that may be used.
  std::chrono::seconds ping_interval{25};
  std::chrono::microseconds flush_window{5'000};
};

} // namespace atrium
