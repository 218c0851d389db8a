#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/presence.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// A room that has entries of a node in Redis: all that it takes to remove them
/// when the node is dead. A member of the set `leased_rooms_key`.
struct leased_room {
  std::string name;
  presence_mode mode = presence_mode::full; ///< `count` or `full`.
};

/// Returns the set of a node's rooms, by the lease under which the node's
/// entries stand. A room is in it before its first entry and until after its
/// last: who is in a room that is not in the set is never removed.
std::string leased_rooms_key(const channel_names& names,
                             std::string_view lease_id);

/// Returns the letter that scripts know this mode by: `c` or `f`.
constexpr std::string_view letter_of(presence_mode mode) noexcept {
  return mode == presence_mode::count ? "c" : "f";
}

/// Returns the room as a member of that set: `f general`, or `c general` for
/// one that only counts.
std::string write_leased_room(const leased_room& x);

/// Reverses `write_leased_room`; nothing for what it has not written.
std::optional<leased_room> read_leased_room(std::string_view member);

} // namespace atrium
