#pragma once

#include "atrium/broker/util/errc.hpp"
#include "atrium/broker/util/shared_bytes.hpp"
#include "atrium/broker/util/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace atrium {

/// What a room tells of who is in it.
enum class presence_mode : std::uint8_t {
  off,
  count, ///< How many users, for rooms that are too large for a list.
  full,  ///< Who, and who comes and goes.
};

/// A room whose presence is told.
struct presence_room {
  std::string name;    ///< As clients know it.
  std::string channel; ///< On the bus; what is told goes there.
  presence_mode mode = presence_mode::full;
};

/// A connection of this node that is in a room.
struct presence_member {
  std::uint64_t connection = 0; ///< Its number on this node.
  std::string user;
  shared_bytes info; ///< One JSON value that others may see; null: none.
};

/// A user who is in a room, on whatever nodes.
struct present_user {
  std::string user;
  std::size_t connections = 0;
  unix_time since;  ///< When the first of these connections came.
  std::string info; ///< That of the first one; empty: none.
};

/// Who is in a room.
struct presence_page {
  /// `none`, `bus_unavailable` or `timeout`; the rest is empty then.
  errc error = errc::none;

  std::size_t present = 0; ///< Users in the room.

  /// As many of them as were asked for at most, in no particular order; none
  /// where only the number is told.
  std::vector<present_user> users;
};

/// Counters of a presence since its start: the metrics `atrium_presence_*`.
struct presence_stats {
  bool connected = false;       ///< What this node says reaches the others.
  std::size_t rooms = 0;        ///< With somebody of this node.
  std::size_t users = 0;        ///< The sum of those rooms' users of this node.
  std::size_t waiting = 0;      ///< Of those, not told to others yet.
  std::uint64_t joins = 0;      ///< Users that this node has announced.
  std::uint64_t leaves = 0;     ///< Departures that it has announced.
  std::uint64_t reads = 0;      ///< Questions that were answered.
  std::uint64_t failed = 0;     ///< Questions that were not.
  std::uint64_t reaped = 0;     ///< Users of dead nodes that it has taken out.
  std::uint64_t lease_lost = 0; ///< Times that others took it for dead.
};

/// Knows who is in which room, on all nodes, and tells each room on its channel
/// who comes and who goes (`encode_presence`): once for each user, however many
/// connections on however many nodes the user has. Who comes back within a time
/// of grace has not been away. Any thread; nothing blocks.
class presence {
public:
  /// Called once for each question, from any thread, possibly before `read`
  /// returns. Must not block.
  using answer = std::function<void(presence_page)>;

  virtual ~presence() = default;

  /// A connection is in the room from now on.
  virtual void enter(const presence_room& where, presence_member who) = 0;

  /// It is there no more. One that has not entered changes nothing.
  virtual void leave(const presence_room& where, const std::string& user,
                     std::uint64_t connection)
    = 0;

  /// Asks who is there; of `limit` 0: only how many.
  virtual void read(const presence_room& where, std::size_t limit, answer done)
    = 0;

  /// Leaves it to the other nodes to take out who is still there, and ends.
  /// Waits for `patience` at most. Called once, not from a callback.
  virtual void stop(std::chrono::milliseconds patience) = 0;

  /// Returns the counters; a snapshot, not a transaction.
  virtual presence_stats stats() const = 0;
};

} // namespace atrium
