#pragma once

#include "atrium/actors/messages.hpp"
#include "atrium/actors/room_types.hpp"
#include "atrium/actors/util/event_log.hpp"
#include "atrium/actors/util/hook_watch.hpp"
#include "atrium/actors/util/lane_meter.hpp"
#include "atrium/actors/util/trace_list.hpp"
#include "atrium/broker/names.hpp"
#include "atrium/broker/registry.hpp"

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
  std::size_t rooms_per_node = 100'000;
  std::size_t rooms_per_user = 0; ///< That one user has opened; 0: no limit.

  /// What happens to a room's messages when a client is too slow.
  class outbox_policies outbox_policies;

  /// How long a client has to answer when somebody else wants its place.
  std::chrono::milliseconds probe_timeout = std::chrono::seconds{2};

  /// After this time a node that has crashed holds no places any more.
  std::chrono::milliseconds user_lease = std::chrono::seconds{60};

  /// How long a join waits for the bus.
  std::chrono::milliseconds bus_timeout = std::chrono::seconds{5};

  /// Bytes of messages from the bus that may wait for one room, user or
  /// everyone, by `queue_cost`. Over it new ones are dropped, counted, and the
  /// members are told of the gap.
  std::size_t room_queue = std::size_t{16} << 20;

  /// The same for all of them together.
  std::size_t bus_queue = std::size_t{256} << 20;

  /// The same for what waits for one lane.
  std::size_t lane_queue = std::size_t{64} << 20;

  /// Bytes of the largest message that is delivered, as the client gets it. A
  /// larger one would take up a client's whole outbox, so no way lets it in.
  std::size_t message_bytes = (std::size_t{1} << 20) + envelope_overhead;

  /// A room whose logic throws more often than this is given up.
  std::size_t restarts_per_minute = 5;
};

/// What went wrong on this node since its start. Off the hot path: relaxed
/// increments by whoever sees it.
struct counters {
  std::atomic<std::uint64_t> unknown_versions = 0;   ///< Packets dropped.
  std::atomic<std::uint64_t> malformed_packets = 0;  ///< Packets dropped.
  std::atomic<std::uint64_t> channels_refused = 0;   ///< By the bus.
  std::atomic<std::uint64_t> room_queue_drops = 0;   ///< Packets dropped.
  std::atomic<std::uint64_t> lane_queue_drops = 0;   ///< Fan-outs dropped.
  std::atomic<std::uint64_t> oversized_packets = 0;  ///< Packets dropped.
  std::atomic<std::uint64_t> room_restarts = 0;      ///< Hooks that threw.
  std::atomic<std::uint64_t> dead_rooms = 0;         ///< Rooms given up.
  std::atomic<std::uint64_t> invalid_words = 0;      ///< Of rooms, dropped.
  std::atomic<std::uint64_t> pending_refused = 0;    ///< TCP, --max-pending.
  std::atomic<std::uint64_t> handshakes_refused = 0; ///< Upgrades, by rate.
  std::atomic<std::uint64_t> addresses_refused = 0;  ///< Upgrades, by address.
  std::atomic<std::uint64_t> full_refused = 0; ///< Upgrades, --max-connections.
  std::atomic<std::uint64_t> users_refused = 0;    ///< Connections, 4004.
  std::atomic<std::uint64_t> users_evicted = 0;    ///< Connections, 4004.
  std::atomic<std::uint64_t> slow_consumers = 0;   ///< Closed with 4003.
  std::atomic<std::uint64_t> outbox_drops = 0;     ///< Frames of drop_oldest.
  std::atomic<std::uint64_t> outbox_replaced = 0;  ///< Frames of latest_only.
  std::atomic<std::uint64_t> memory_refused = 0;   ///< Upgrades, by memory.
  std::atomic<std::uint64_t> headers_refused = 0;  ///< Requests, 431 and 414.
  std::atomic<std::uint64_t> oversized_frames = 0; ///< Closed with 1009.
  std::atomic<std::uint64_t> silent_closes = 0;    ///< Closed with 4002.
  std::atomic<std::uint64_t> idle_closes = 0;      ///< By --idle-timeout.
  std::atomic<std::uint64_t> rooms_refused = 0;    ///< Joins, the node is full.
  std::atomic<std::uint64_t> user_rooms_refused = 0; ///< Joins, fair share.
  std::atomic<std::uint64_t> rate_limited = 0;       ///< Requests refused.
  std::atomic<std::uint64_t> error_closes = 0;       ///< Closed with 4006.
  std::atomic<std::uint64_t> questions_refused = 0;  ///< To or of other nodes.
  std::atomic<std::uint64_t> answers_refused = 0;    ///< Of other nodes.
  std::atomic<std::uint64_t> node_packet_drops = 0;  ///< Packets dropped.
};

/// What the directory has and has done, written by it alone.
struct directory_counters {
  tally rooms;
  tally users;
  tally requests; ///< Of connections, handled.
};

/// What a message of so many bytes takes in a queue: itself, and what it is
/// wrapped in.
constexpr std::size_t queue_cost(std::size_t bytes) {
  constexpr std::size_t wrapping = 256;
  return bytes + wrapping;
}

/// Messages from the bus that wait for actors, by kind.
struct backlogs {
  backlog rooms = 0;
  backlog users = 0;
  backlog everyone = 0;
};

/// A lane, the bound of what may wait for it, and what it counts.
struct lane_port {
  lane_actor actor;
  std::shared_ptr<semaphore> queue;
  std::shared_ptr<lane_meter> meter = std::make_shared<lane_meter>();
};

/// Everything that actors depend on, made once when the node starts and never
/// changed. Tests make their own.
struct environment : std::enable_shared_from_this<environment> {
  std::string node_id;

  /// First part of this run's connection ids; no other node or run has it.
  std::string run_id;

  std::shared_ptr<class bus> bus;
  std::shared_ptr<class registry> registry; ///< Null: users have no limit.
  channel_names names{"dev:atrium"};
  room_types rooms;
  struct limits limits;
  std::function<unix_time()> now;
  std::vector<lane_port> lanes;
  std::shared_ptr<struct counters> counters
    = std::make_shared<struct counters>();
  std::shared_ptr<event_log> events = std::make_shared<event_log>();
  std::shared_ptr<directory_counters> population
    = std::make_shared<directory_counters>();
  std::shared_ptr<struct backlogs> backlogs
    = std::make_shared<struct backlogs>();

  /// Bound of what waits in all queues from the bus.
  std::shared_ptr<semaphore> bus_queue
    = std::make_shared<semaphore>(limits.bus_queue);
  std::shared_ptr<hook_watch> hooks = std::make_shared<hook_watch>();
  trace_list traced; ///< Whom the log tells everything of.
};

using environment_ptr = std::shared_ptr<const environment>;

/// Names the connection with this number for clients: `<run_id>-<number>`.
std::string connection_id(const environment& env, actor_number number);

/// Returns where what this run, or a connection of it, has sent comes from.
origin::place place_of(const environment& env, std::string_view run);

/// Returns the number of the connection of this node and run that is called
/// `id`, or 0.
actor_number connection_number(const environment& env, std::string_view id);

} // namespace atrium
