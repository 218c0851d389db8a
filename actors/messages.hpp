#pragma once

#include "atrium/actors/identity.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/outlet.hpp"
#include "atrium/actors/room_logic.hpp"
#include "atrium/actors/util/lane_meter.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/actors/util/probe.hpp"
#include "atrium/actors/util/trace_list.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace atrium {

// What actors tell each other; actors/interfaces.hpp says who tells whom. These
// messages never leave the process (between nodes travel envelopes), so they
// carry handles and shared memory and need no serialisation.

/// A room's or connection's number: the id of its actor, unique in the process.
using actor_number = caf::actor_id;

/// What a room needs to know of a connection that joins.
struct room_member {
  member who;
  connection_actor connection;
  std::size_t lane = 0; ///< Index of the lane it lives on.
  bool traced = false;  ///< The log tells what it does.

  actor_number number() const {
    return connection->id();
  }
};

// -- from the bus -------------------------------------------------------------

struct subscribed {};

struct interrupted {
  unix_time from;
  unix_time to;
};

struct channel_refused {
  std::string reason;
};

/// The bus has shown that it carries the channel: an answer to whoever had a
/// number of `bus_proof` up to this one.
struct channel_carried {
  std::uint64_t number = 0;
};

/// Packets of one channel and read. The permit bounds how many are under way.
struct packets {
  std::vector<shared_bytes> batch;
  permit held;
};

/// One checked envelope, encoded for clients.
struct incoming {
  frame content;
  std::string skip; ///< Id of a connection that wants no echo, or empty.
  origin from;
  trace_note_ptr traced = nullptr;
};

struct arrived {
  std::vector<incoming> batch;
  permit held;
};

// -- to rooms, users and the directory ----------------------------------------

struct join_room {
  request_id id;
  std::string room;
  room_member from;
};

/// The connection is a member; sent before the lane writes `joined`.
struct join_accepted {
  room_actor room;
};

struct leave_room {
  request_id id;
  connection_actor from;
};

struct publish_in_room {
  publish_request request;
  connection_actor from;
};

/// The bus had its time to acknowledge the room's channel.
struct room_deadline {};

/// The room was empty for as long as its logic wants to linger.
struct room_lingered {};

struct sign_on {
  std::string user;
  connection_actor connection;
};

/// Whether a connection may stay, as the registry sees it, and who has the
/// places if it may come again.
struct seated {
  actor_number connection = 0;
  bool admitted = false;
  std::vector<std::string> rivals;
};

/// The connection wants a place whatever it costs others; first of those who
/// are silent.
struct insist {
  actor_number connection = 0;
  std::vector<std::string> silent;
};

/// "I have nobody left; this many have been passed on to me so far." The
/// directory answers with stop, unless one more is on the way already.
struct passivate {
  actor_number from = 0;
  std::size_t received = 0;
};

// -- to lanes -----------------------------------------------------------------

struct open_outlet {
  connection_actor connection;
  std::shared_ptr<outlet> out;
};

struct add_member {
  actor_number room = 0;
  actor_number connection = 0;
  joined answer;
};

struct remove_member {
  actor_number room = 0;
  actor_number connection = 0;
  left answer;
};

struct fan_out {
  actor_number room = 0;
  frame content;
  actor_number skip = 0; ///< A connection that is left out, or 0.
  origin from;
};

struct fan_out_all {
  frame content;
  origin from;
  trace_note_ptr traced = nullptr;
};

struct tell_member {
  actor_number connection = 0;
  frame content;
  origin from;
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
};

/// Closes one connection, if it is on this lane.
struct close_one {
  actor_number connection = 0;
  close_code code = close_code::normal;
  std::string reason;
};

/// Asks one connection's client whether it is there, if it is on this lane.
struct probe_one {
  actor_number connection = 0;
  probe_ptr question;
  std::chrono::milliseconds patience{0};
};

struct probe_overdue {
  probe_ptr question;
};

/// Whether the client of another connection of the user is there.
struct rival_found {
  std::string connection;
  bool alive = false;
};

struct probe_answered {
  actor_number asker = 0;
  rival_found what;
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

// -- to connections -----------------------------------------------------------

struct from_client {
  client_request request;
};

struct renewed {
  request_id id; ///< Of the refresh.
  identity who;
};

struct disconnected {};

struct leave_done {
  std::string room;
  request_id id; ///< Of the leave.
};

struct room_lost {
  std::string room;
};

struct outcome {
  accepted what; ///< Whose success, or failure, this is.
  errc code = errc::none;
  std::string message; ///< For people; only with a failure.
};

struct signed_on {
  user_actor user;
};

/// The user has as many connections as they may. With rivals nothing is settled
/// yet: `user` hears whether the connection insists.
struct turned_away {
  user_actor user;
  std::vector<std::string> rivals;
  bool by_bus = false; ///< Rather: the bus refuses the user's channel.
};

/// Who has not answered yet will not do so.
struct rivals_overdue {};

struct push_frame {
  frame content;
  permit held; ///< Keeps the place of the packet it came from.
  origin from;
};

struct push_reply {
  reply what;
};

} // namespace atrium

// `errc` is a `caf::error` as well as a `std::error_code`.
CAF_ERROR_CODE_ENUM(atrium::errc, "atrium")

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::subscribed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::interrupted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::channel_refused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::channel_carried)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::packets)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::join_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::leave_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::publish_in_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::room_deadline)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::room_lingered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::sign_on)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::seated)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::insist)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::passivate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::open_outlet)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::add_member)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::remove_member)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::fan_out)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::fan_out_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::tell_member)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::tell_members)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::tell_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::room_died)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::close_one)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::probe_one)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::probe_overdue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::probe_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::close_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::from_client)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::renewed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::disconnected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::join_accepted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::leave_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::room_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::signed_on)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::turned_away)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::rival_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::rivals_overdue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::push_frame)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::push_reply)
