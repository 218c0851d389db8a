#pragma once

#include "atrium/actors/util/lane_counters.hpp"

#include <atomic>
#include <cstdint>

namespace atrium {

/// What the directory has and has done, written by it alone.
struct directory_counters {
  tally rooms;
  tally users;
  tally requests;                               ///< Of connections, handled.
  std::atomic<std::uint64_t> rooms_refused = 0; ///< Joins, the node is full.
  std::atomic<std::uint64_t> user_rooms_refused = 0; ///< Joins, fair share.
  std::atomic<std::uint64_t> dead_rooms = 0;         ///< Rooms given up.
};

} // namespace atrium
