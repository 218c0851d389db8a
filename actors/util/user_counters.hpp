#pragma once

#include <atomic>
#include <cstdint>

namespace atrium {

/// How often users had too many connections since the start of the node.
struct user_counters {
  std::atomic<std::uint64_t> users_refused = 0; ///< Connections, 4004.
  std::atomic<std::uint64_t> users_evicted = 0; ///< Connections, 4004.
};

} // namespace atrium
