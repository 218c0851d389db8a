#pragma once

#include <atomic>
#include <cstdint>

namespace atrium {

/// What went wrong in rooms since the start of the node.
struct room_counters {
  std::atomic<std::uint64_t> room_restarts = 0; ///< Hooks that threw.
  std::atomic<std::uint64_t> invalid_words = 0; ///< Of rooms, dropped.
};

} // namespace atrium
