#pragma once

#include <atomic>
#include <cstdint>

namespace atrium {

/// What rooms have done since the start of the node that is worth a number.
struct room_counters {
  std::atomic<std::uint64_t> room_restarts = 0; ///< Hooks that threw.
  std::atomic<std::uint64_t> invalid_words = 0; ///< Of rooms, dropped.

  std::atomic<std::uint64_t> answers = 0; ///< To messages, in place of them.

  // What has become of the tasks that rooms have begun.
  std::atomic<std::uint64_t> tasks_done = 0;
  std::atomic<std::uint64_t> tasks_failed = 0;  ///< Their work has thrown.
  std::atomic<std::uint64_t> tasks_overdue = 0; ///< No result in time.
  std::atomic<std::uint64_t> tasks_refused = 0; ///< No place in the queue.

  /// Those of rooms or states of their logic that have ended meanwhile.
  std::atomic<std::uint64_t> tasks_dropped = 0;

  // Of rooms with one home.
  std::atomic<std::uint64_t> owners = 0;           ///< On this node, now.
  std::atomic<std::uint64_t> requests_refused = 0; ///< Too many wait.
  std::atomic<std::uint64_t> stale_words = 0;      ///< Of older owners.
  std::atomic<std::uint64_t> owners_opened = 0;    ///< Rooms that got one here.
  std::atomic<std::uint64_t> owners_restored = 0;  ///< With a saved state.
  std::atomic<std::uint64_t> owners_given_up = 0;  ///< Fenced, or unanswered.

  /// Portions of what somebody has missed that cost no reading.
  std::atomic<std::uint64_t> replays_from_memory = 0;
};

} // namespace atrium
