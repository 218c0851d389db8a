#pragma once

#include "atrium/broker/room_word.hpp"
#include "atrium/broker/util/errc.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// The run of a node that owns a room, and the fencing token of that ownership.
/// Tokens of a room rise with each owner, and are never given out twice.
struct ownership {
  std::string run;
  std::uint64_t token = 0; ///< From 1, below 2^53.

  bool operator==(const ownership&) const = default;
};

/// Who owns a room.
struct found_owner {
  errc error = errc::none; ///< Or `bus_unavailable`, `timeout`.

  /// Nothing without an error: no candidate is alive.
  std::optional<ownership> owner = std::nullopt;
};

/// Counters since the start.
struct room_owners_stats {
  bool connected = false;    ///< Owners can be found.
  std::uint64_t found = 0;   ///< Owners, of rooms that were asked about.
  std::uint64_t opened = 0;  ///< Rooms.
  std::uint64_t said = 0;    ///< Words that count.
  std::uint64_t fenced = 0;  ///< Calls with a token that did not.
  std::uint64_t unknown = 0; ///< Calls without an answer.
  std::uint64_t evicted = 0; ///< States that gave way to others' bytes.
  std::size_t bytes = 0;     ///< Of states in memory; 0 where Redis has them.
};

/// Gives each room one owner among the nodes, and sees to it that only the
/// words of the newest owner count.
///
/// Ownership is a lease: that of the node (`redis_lease`). A lease alone does
/// not stop an owner that was paused and wakes up late; so each ownership has a
/// fencing token, and whoever keeps the state refuses older ones. Sources:
/// M. Kleppmann, "How to do distributed locking" (2016); M. Burrows, "The
/// Chubby lock service" (2006), section 2.4, sequencers.
///
///     find ──▶ token ──open──▶ state ──say──▶ counts, or fenced
///       ▲                                  │ fenced or unknown
///       └───────────── release ◀───────────┘
///
/// * Of the tokens with which words count, each is at least as high as the one
///   before; each word was made from the state of the word before it.
/// * A token opens once. An owner that does not know what became of a call with
///   its token, or is fenced, releases the room, as often as it is found with
///   that token; whoever finds it next makes a new token, and opens with that.
///   What still travels under the old one is fenced then. Until then the old
///   owner's words count: a new token alone takes nothing away.
/// * A living owner keeps its rooms, whoever comes: a dead one loses its own.
/// * If Redis has lost a state, the next owner finds none. Tokens rise even if
///   they are lost, as long as the clock of Redis is not set back.
///
/// Any thread; nothing blocks; calls `done` once, from any thread, possibly
/// before the function returns. What one thread asks about one room takes
/// effect in that order.
class room_owners {
public:
  virtual ~room_owners() = default;

  /// Finds the owner of a room. If none is alive, it is the first of the
  /// candidates (runs) that is, with a new token.
  virtual void find(std::string room, std::vector<std::string> candidates,
                    std::function<void(found_owner)> done)
    = 0;

  /// The room has no owner any more, if `token` is that of the owner. Its state
  /// stays, for the next one.
  virtual void release(std::string room, std::uint64_t token,
                       std::function<void(fencing)> done)
    = 0;

  /// Begins to speak for a room: older tokens are fenced from now on. `ttl` is
  /// as that of a word.
  virtual void open(std::string room, std::uint64_t token,
                    std::chrono::seconds ttl,
                    std::function<void(room_opening)> done)
    = 0;

  /// Says a word. Several may be under way: if one of them does not count, none
  /// after it does.
  virtual void say(std::string room, std::uint64_t token, room_word what,
                   std::function<void(fencing)> done)
    = 0;

  /// Ends; what waits is `unknown`. Called once, not from a callback.
  virtual void stop(std::chrono::milliseconds patience) = 0;

  /// Returns the counters; a snapshot, not a transaction.
  virtual room_owners_stats stats() const = 0;
};

} // namespace atrium
