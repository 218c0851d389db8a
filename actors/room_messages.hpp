#pragma once

#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/requests.hpp"

namespace atrium {

// What rooms hear, besides what goes by way of the directory or the bus. The
// connection numbers its requests, and answers carry the number: ids are up to
// the client, and a room that has died may have answered under the same name.

struct leave_room {
  request_id id;
  connection_actor from;
  std::uint64_t number = 0;
};

struct publish_in_room {
  publish_request request;
  connection_actor from;
  std::uint64_t number = 0;
};

/// The bus had its time to acknowledge the room's channel.
struct room_deadline {};

/// The room was empty for as long as its logic wants to linger.
struct room_lingered {};

} // namespace atrium
