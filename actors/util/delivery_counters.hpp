#pragma once

#include <atomic>
#include <cstdint>

namespace atrium {

/// What went wrong between the bus and clients since the start. Off the hot
/// path: relaxed increments by whoever sees it.
struct delivery_counters {
  std::atomic<std::uint64_t> room_queue_drops = 0;  ///< Packets dropped.
  std::atomic<std::uint64_t> lane_queue_drops = 0;  ///< Fan-outs dropped.
  std::atomic<std::uint64_t> oversized_packets = 0; ///< Packets dropped.
  std::atomic<std::uint64_t> malformed_packets = 0; ///< Packets dropped.
  std::atomic<std::uint64_t> unknown_versions = 0;  ///< Packets dropped.
  std::atomic<std::uint64_t> channels_refused = 0;  ///< By the bus.
};

} // namespace atrium
