#pragma once

#include <chrono>
#include <cstddef>

namespace atrium {

/// How long inboxes keep what nobody acknowledges.
struct inbox_rule {
  std::chrono::seconds ttl{std::chrono::hours{7 * 24}};
  std::size_t most = 1'000; ///< Messages of one user.

  /// For all users together, where the node keeps them in memory.
  std::size_t bytes = std::size_t{64} << 20;
};

} // namespace atrium
