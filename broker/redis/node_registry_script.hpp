#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace atrium {

/// Where the registry stands in Redis; both keys are in one slot.
struct node_registry_keys {
  /// Sorted set: run to the time of its last heartbeat, in milliseconds.
  std::string heartbeats;
  std::string reports; ///< Hash: run to its report.
};

/// How a registry in Redis tells nodes that are alive from dead ones.
struct node_registry_timing {
  /// A node announces itself this often.
  std::chrono::milliseconds interval{5'000};

  /// A node that was not heard of for so long is silent.
  std::chrono::milliseconds lease{15'000};

  /// After that it is listed for so long.
  std::chrono::milliseconds keep{600'000};

  /// Of silent nodes so many are kept, the last ones.
  std::size_t most_silent = 1'000;
};

/// Appends a call of the script that was loaded as `sha` (heartbeat.lua): it
/// writes down that a node is alive, by the clock of Redis, and takes out who
/// has been silent for too long.
void append_heartbeat(std::string& out, std::string_view sha,
                      const node_registry_keys& keys,
                      const node_registry_timing& timing, std::string_view run,
                      std::string_view report);

/// Appends the three commands that read the registry: heartbeats of those that
/// were heard of last, the time, and reports.
void append_registry_reading(std::string& out, const node_registry_keys& keys,
                             std::size_t max_rows);

} // namespace atrium
