#pragma once

#include <atomic>
#include <cstdint>

namespace atrium {

/// How often users had too many connections since the start of the node, and
/// could not be brought into a room.
struct user_counters {
  std::atomic<std::uint64_t> users_refused = 0; ///< Connections, 4004.
  std::atomic<std::uint64_t> users_evicted = 0; ///< Connections, 4004.

  /// Joins of connections as a back end wants them.
  std::atomic<std::uint64_t> commands_refused = 0;
};

} // namespace atrium
