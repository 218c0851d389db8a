#pragma once

#include "atrium/actors/messages.hpp"
#include "atrium/broker/names.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace atrium {

/// How much of everything; zero stands for "no limit" only where it is said.
struct limits {
  std::size_t rooms_per_connection = 128;
  std::size_t members_per_room = 0; ///< On this node; 0: no limit.

  /// How long a join waits for the bus.
  std::chrono::milliseconds bus_timeout = std::chrono::seconds{5};

  /// Messages from the bus that may wait for one room, user or everyone. Over
  /// it new ones are dropped, counted, and the members are told of the gap.
  std::size_t room_queue = 16384;

  /// Envelopes that may wait for one lane; same policy.
  std::size_t lane_queue = 65536;

  /// A room whose logic throws more often than this is given up.
  std::size_t restarts_per_minute = 5;
};

/// What went wrong on this node since its start. Off the hot path: relaxed
/// increments by whoever sees it.
struct counters {
  std::atomic<std::uint64_t> unknown_versions = 0;  ///< Packets dropped.
  std::atomic<std::uint64_t> malformed_packets = 0; ///< Packets dropped.
  std::atomic<std::uint64_t> room_queue_drops = 0;  ///< Packets dropped.
  std::atomic<std::uint64_t> lane_queue_drops = 0;  ///< Fan-outs dropped.
  std::atomic<std::uint64_t> room_restarts = 0;     ///< Hooks that threw.
  std::atomic<std::uint64_t> dead_rooms = 0;        ///< Rooms given up.
};

/// A lane, and the bound of what may wait for it.
struct lane_port {
  lane_actor actor;
  std::shared_ptr<gate> queue;
};

/// Everything that actors depend on, made once when the node starts and never
/// changed. Tests make their own.
struct environment {
  std::string node_id;

  /// First part of this run's connection ids; no other node or run has it.
  std::string run_id;

  std::shared_ptr<class bus> bus;
  channel_names names{"dev:atrium"};
  room_types rooms;
  struct limits limits;
  std::function<unix_time()> now;
  std::vector<lane_port> lanes;
  std::shared_ptr<struct counters> counters
    = std::make_shared<struct counters>();
};

using environment_ptr = std::shared_ptr<const environment>;

/// Names the connection with this number for clients: `<run_id>-<number>`.
std::string connection_id(const environment& env, actor_number number);

/// Returns the number of the connection of this node and run that is called
/// `id`, or 0.
actor_number connection_number(const environment& env, std::string_view id);

} // namespace atrium
