#pragma once

#include "atrium/actors/client_session.hpp"
#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/util/message_source.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/actors/util/watch_list.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

// What lanes hear, besides probes.

struct open_session {
  connection_actor connection;
  std::shared_ptr<client_session> out;
};

struct add_member {
  actor_number room = 0;
  actor_number connection = 0;
  joined answer;
};

/// What a member has missed. Only then, if there is no more, it is a member as
/// all the others.
struct catch_up {
  actor_number room = 0;
  actor_number connection = 0;
  std::optional<joined> answer; ///< To the join, before the rest.
  std::optional<gap> lost;      ///< Instead of what there is no more.
  std::vector<publication_ptr> messages;

  room_actor more; ///< Gets `caught_up` when the client can take more; or null.
  std::uint64_t number = 0;
};

struct remove_member {
  actor_number room = 0;
  actor_number connection = 0;
  left answer;
};

struct fan_out {
  actor_number room = 0;
  publication_ptr content;
  outbox_policy policy = outbox_policy::disconnect;
  actor_number skip = 0; ///< A connection that is left out, or 0.
  message_source from;
};

struct fan_out_all {
  publication_ptr content;
  message_source from;
  watch_note_ptr watched = nullptr;
};

struct tell_member {
  actor_number connection = 0;
  publication_ptr content;
  message_source from;
};

struct tell_members {
  actor_number room = 0;
  reply what;
};

struct tell_all {
  reply what;
};

struct room_died {
  actor_number room = 0;
  std::string name;
  std::string why = "the room has died"; ///< For people.
};

/// Closes one connection, if it is on this lane.
struct close_one {
  actor_number connection = 0;
  close_code code = close_code::normal;
  std::string reason;
};

/// Closes a slice of the lane's connections and goes on with a message to
/// itself, so that the last one is told when the window is over, and sockets
/// get their turn in between.
struct close_all {
  close_code code = close_code::going_away;
  std::string reason;
  /// Clients also wait a random part of it before they come back.
  std::chrono::milliseconds window{0};
  permit untold; ///< Given back when everybody has been told.
};

} // namespace atrium
