#pragma once

#include "atrium/broker/presence_book.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace atrium {

// What stands in Redis of who is in a room, and the script that writes it.

/// Returns the hash of a room's entries: `<lease id>/<user>`.
std::string presence_key(std::string_view channel);

/// Returns the hash of a room's users: each to the number of leases that have
/// them.
std::string presence_users_key(std::string_view channel);

/// What one call of presence.lua is about.
struct presence_call {
  std::string_view sha;
  std::string_view lease_id; ///< Under which it is written.
  const presence_room& where;
  std::string_view publish; ///< The command that publishes.
};

/// Appends a call that writes down how these users stand.
void append_presence_call(std::string& out, const presence_call& x,
                          std::span<const presence_book::change> changes);

/// What the script answers.
struct presence_outcome {
  std::size_t came = 0;    ///< Users that were nowhere before.
  std::size_t gone = 0;    ///< Users that are nowhere now.
  std::size_t present = 0; ///< Users in the room.
};

/// Reads an answer that is no error; nothing if it is not one of the script.
std::optional<presence_outcome> read_presence_outcome(resp_reply reply);

/// What one entry says: a user as one node has them.
struct presence_entry {
  std::string_view lease_id;
  std::string_view user;
  std::size_t connections = 0;
  unix_time since;
  std::string_view info; ///< Empty: none.
};

/// Reads a field of a room's hash and its value, whose texts it refers to;
/// nothing if the script has not written that.
std::optional<presence_entry> read_presence_entry(std::string_view field,
                                                  std::string_view value);

} // namespace atrium
