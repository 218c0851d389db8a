#pragma once

#include <cstddef>

namespace atrium {

/// How much one client may ask for, and how often it may err. A rate of 0: no
/// limit. A burst of 0: what a second allows.
struct rate_options {
  std::size_t messages_per_second = 10'000;
  std::size_t messages_burst = 0;
  std::size_t bytes_per_second = 16'777'216;
  std::size_t bytes_burst = 0;
  std::size_t errors_per_minute = 300;
};

} // namespace atrium
