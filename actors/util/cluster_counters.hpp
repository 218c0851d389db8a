#pragma once

#include <atomic>
#include <cstdint>

namespace atrium {

/// What the node has refused other nodes since its start.
struct cluster_counters {
  std::atomic<std::uint64_t> surveys_refused = 0;   ///< To or of other nodes.
  std::atomic<std::uint64_t> responses_refused = 0; ///< Of other nodes.
  std::atomic<std::uint64_t> node_packet_drops = 0; ///< Packets dropped.
};

} // namespace atrium
