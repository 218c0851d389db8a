#pragma once

#include "atrium/actors/util/history_rules.hpp"
#include "atrium/actors/util/outbox_policy.hpp"
#include "atrium/actors/util/presence_rules.hpp"
#include "atrium/actors/util/replay_rules.hpp"
#include "atrium/broker/envelope.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace atrium {

enum class surplus_policy : std::uint8_t;

/// How much of everything; zero stands for "no limit" only where it is said.
struct limits {
  std::size_t rooms_per_connection = 128;
  std::size_t members_per_room = 0; ///< On this node; 0: no limit.
  std::size_t rooms_per_node = 100'000;
  std::size_t rooms_per_user = 0; ///< That one user has opened; 0: no limit.

  std::size_t connections_per_user = 5; ///< On all nodes; 0: no limit.
  surplus_policy user_policy{};         ///< Over it; reject by itself.

  /// What happens to a room's messages when a client is too slow.
  class outbox_policies outbox_policies;

  /// What is kept of which rooms.
  history_rules history;

  /// How many of the messages that are kept somebody gets who comes anew.
  replay_rules replays;

  /// Which rooms tell who is in them.
  presence_rules presence;

  /// Messages that are read from a history at a time.
  std::size_t history_page = 1000;

  /// How long a client has to answer when somebody else wants its place.
  std::chrono::milliseconds probe_timeout = std::chrono::seconds{2};

  /// After this time a node that has crashed holds no places any more.
  std::chrono::milliseconds user_lease = std::chrono::seconds{60};

  /// How long a join waits for the bus.
  std::chrono::milliseconds bus_timeout = std::chrono::seconds{5};

  /// Bytes of messages from the bus that may wait for one room, user or
  /// the broadcaster, by `queue_cost`. Over it new ones are dropped, counted,
  /// and the members are told of the gap.
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

} // namespace atrium
