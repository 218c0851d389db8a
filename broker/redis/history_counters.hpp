#pragma once

#include "atrium/broker/history.hpp"

#include <atomic>
#include <cstdint>

namespace atrium {

/// The counters of a log in Redis (`history_stats`): written by one thread,
/// read by any.
struct history_counters {
  std::atomic<std::uint64_t> stored = 0;
  std::atomic<std::uint64_t> duplicates = 0;
  std::atomic<std::uint64_t> reads = 0;
  std::atomic<std::uint64_t> read = 0;
  std::atomic<std::uint64_t> lost = 0;
  std::atomic<std::uint64_t> failed = 0;

  history_stats stats() const noexcept {
    history_stats result;
    result.stored = stored;
    result.duplicates = duplicates;
    result.reads = reads;
    result.read = read;
    result.lost = lost;
    result.failed = failed;
    return result;
  }
};

} // namespace atrium
