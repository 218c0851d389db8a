#pragma once

#include <atomic>
#include <cstdint>

namespace atrium {

/// What rooms have done since the start of the node that is worth a number.
struct room_counters {
  std::atomic<std::uint64_t> room_restarts = 0; ///< Hooks that threw.
  std::atomic<std::uint64_t> invalid_words = 0; ///< Of rooms, dropped.

  std::atomic<std::uint64_t> answers = 0; ///< To messages, in place of them.
  std::atomic<std::uint64_t> tasks = 0;   ///< Begun by rooms.
  std::atomic<std::uint64_t> tasks_failed = 0; ///< Without a result.

  /// Portions of what somebody has missed that cost no reading.
  std::atomic<std::uint64_t> replays_from_memory = 0;
};

} // namespace atrium
