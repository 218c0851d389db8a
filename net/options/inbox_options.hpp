#pragma once

#include <chrono>
#include <cstddef>

namespace atrium {

/// What is kept for users until a device has acknowledged it.
struct inbox_options {
  std::chrono::seconds ttl{7 * 24 * 3600};
  std::size_t most = 1'000; ///< Messages of a user; 0: nothing is kept.

  /// For all users together, where the node keeps them in memory.
  std::size_t bytes = std::size_t{64} << 20;
};

} // namespace atrium
