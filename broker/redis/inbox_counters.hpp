#pragma once

#include "atrium/broker/inbox.hpp"

#include <atomic>
#include <cstdint>

namespace atrium {

/// The counters of inboxes in Redis (`inbox_stats`): any thread.
struct inbox_counters {
  std::atomic<bool> connected = false;
  std::atomic<std::uint64_t> stored = 0;
  std::atomic<std::uint64_t> duplicates = 0;
  std::atomic<std::uint64_t> reads = 0;
  std::atomic<std::uint64_t> read = 0;
  std::atomic<std::uint64_t> acknowledged = 0;
  std::atomic<std::uint64_t> dead = 0;
  std::atomic<std::uint64_t> evicted = 0;
  std::atomic<std::uint64_t> failed = 0;

  inbox_stats stats() const noexcept {
    inbox_stats result;
    result.connected = connected;
    result.stored = stored;
    result.duplicates = duplicates;
    result.reads = reads;
    result.read = read;
    result.acknowledged = acknowledged;
    result.dead = dead;
    result.evicted = evicted;
    result.failed = failed;
    return result;
  }
};

} // namespace atrium
