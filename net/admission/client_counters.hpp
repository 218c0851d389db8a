#pragma once

#include <atomic>
#include <cstdint>

namespace atrium {

/// What the node has refused clients since its start, or closed them for. Off
/// the hot path: relaxed increments by whoever does it.
struct client_counters {
  std::atomic<std::uint64_t> pending_refused = 0;    ///< TCP, --max-pending.
  std::atomic<std::uint64_t> handshakes_refused = 0; ///< Upgrades, by rate.
  std::atomic<std::uint64_t> addresses_refused = 0;  ///< Upgrades, by address.
  std::atomic<std::uint64_t> full_refused = 0; ///< Upgrades, --max-connections.
  std::atomic<std::uint64_t> memory_refused = 0;   ///< Upgrades, by memory.
  std::atomic<std::uint64_t> headers_refused = 0;  ///< Requests, 431 and 414.
  std::atomic<std::uint64_t> slow_consumers = 0;   ///< Closed with 4003.
  std::atomic<std::uint64_t> outbox_drops = 0;     ///< Frames of drop_oldest.
  std::atomic<std::uint64_t> outbox_replaced = 0;  ///< Frames of latest_only.
  std::atomic<std::uint64_t> oversized_frames = 0; ///< Closed with 1009.
  std::atomic<std::uint64_t> silent_closes = 0;    ///< Closed with 4002.
  std::atomic<std::uint64_t> idle_closes = 0;      ///< By --idle-timeout.
  std::atomic<std::uint64_t> rate_limited = 0;     ///< Requests refused.
  std::atomic<std::uint64_t> error_closes = 0;     ///< Closed with 4006.
};

} // namespace atrium
