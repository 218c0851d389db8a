#pragma once

#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/post_in_room.hpp"
#include "atrium/actors/requests.hpp"
#include "atrium/actors/room_logic.hpp"
#include "atrium/actors/room_message.hpp"
#include "atrium/actors/user_command.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace atrium {

// What goes to the directory, and by way of it to rooms and users.

/// What a room needs to know of a connection that joins.
struct room_member {
  member who;
  connection_actor connection;
  std::size_t lane = 0; ///< Index of the lane it lives on.
  bool watched = false; ///< The log tells what it does.

  actor_number number() const {
    return connection->id();
  }
};

struct join_room {
  request_id id;
  std::string room;
  room_member from;
  std::optional<position> since = std::nullopt; ///< What it has of the room.
  bool unasked = false;                         ///< A back end wants it.
};

/// The connection is a member; sent before the lane writes `joined`.
struct join_accepted {
  room_actor room;
};

struct sign_on {
  std::string user;
  connection_actor connection;
  std::size_t lane = 0; ///< Of the connection.
};

/// "I have nobody left; this many have been passed on to me so far." The
/// directory answers with stop, unless one more is on the way already.
struct passivate {
  actor_number from = 0;
  std::size_t received = 0;
};

} // namespace atrium
