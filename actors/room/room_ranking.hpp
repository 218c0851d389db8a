#pragma once

#include "atrium/actors/inspection.hpp"
#include "atrium/actors/util/lane_counters.hpp"
#include "atrium/actors/util/semaphore.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

namespace atrium {

/// What a room shows of itself without being asked, so that thousands can be
/// compared at once: written by the room, read by the directory.
struct room_tally {
  explicit room_tally(std::size_t queue_bound)
    : queue(std::make_shared<semaphore>(queue_bound)) {
    // nop
  }

  tally members;                    ///< On this node.
  tally delivered;                  ///< Envelopes, from the bus.
  std::shared_ptr<semaphore> queue; ///< Envelopes that wait for the room.
};

/// Knows which rooms of a node are the busiest, and which keep envelopes
/// waiting. One thread.
class room_ranking {
public:
  using clock = std::chrono::steady_clock;

  void add(caf::actor_id room, std::string name,
           std::shared_ptr<const room_tally> tally);

  void remove(caf::actor_id room);

  /// Returns those that have delivered most per second since they were asked
  /// for the last time, and those with the longest queues.
  busy_rooms list(const list_busiest& x, clock::time_point now);

  /// Returns those with members whose names fit, the largest first, as many as
  /// the bytes have room for.
  occupied_rooms list(const list_occupied& x) const;

private:
  struct entry {
    std::string name;
    std::shared_ptr<const room_tally> tally;
    std::uint64_t delivered = 0; // at the last listing
    clock::time_point since;     // of that, or when the room began
  };

  std::unordered_map<caf::actor_id, entry> rooms_;
};

} // namespace atrium
