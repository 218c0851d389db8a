#pragma once

#include "atrium/broker/publish_receipt.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace atrium {

// What a client asks for, whichever protocol it speaks. Names and ids are
// checked before one of these is made.

/// A request's id as raw JSON, echoed in its answer; empty: no id, and then
/// nothing is answered but errors.
using request_id = std::string;

/// Become a member of a room.
struct join_request {
  request_id id;
  std::string room;

  /// What the client had when it was in the room before.
  std::optional<position> since = std::nullopt;

  /// A back end wants it, not the client: no right is needed, and the client
  /// does not hear of a failure.
  bool unasked = false;
};

/// Stop being a member of a room.
struct leave_request {
  request_id id;
  std::string room;
  bool unasked = false; ///< As above.
};

/// Message to every member of a room on every node.
struct publish_request {
  request_id id;
  std::string room;
  std::string data;             ///< One JSON value, verbatim.
  std::string event_id;         ///< Empty: the node makes one.
  std::string trace_id;         ///< May be empty.
  bool echo = true;             ///< Also to the connection that publishes.
  std::string traceparent = {}; ///< Empty or as `read_traceparent` returns it.
};

/// Message to every connection of a user on every node.
struct send_request {
  request_id id;
  std::string user;
  std::string data;
  std::string event_id;
  std::string trace_id;
  std::string traceparent = {};
  bool durable = false; ///< Kept until the user's devices have it.
};

/// The device has all durable messages up to this one.
struct ack_request {
  request_id id;
  std::string inbox_id; ///< `is_inbox_id`.
};

/// Message to every connection on every node.
struct broadcast_request {
  request_id id;
  std::string data;
  std::string event_id;
  std::string trace_id;
  std::string traceparent = {};
};

/// Who is in a room?
struct presence_request {
  request_id id;
  std::string room;
  std::size_t limit = 1000; ///< Users at most.
};

/// What was said in a room?
struct history_request {
  request_id id;
  std::string room;

  /// Only what came after it, or with `reverse` before it.
  std::optional<position> since = std::nullopt;
  std::size_t limit = 100; ///< Messages at most.
  bool reverse = false;    ///< The newest first.
};

/// Is the node there?
struct ping_request {
  request_id id;
};

/// Go on with a newer token of the same user. Not for the connection's actor,
/// which is told the outcome (`renewed`): the socket side checks the token.
struct refresh_request {
  request_id id;
  std::string token;
};

/// Everything that a client can ask of the connection's actor.
using client_request
  = std::variant<join_request, leave_request, publish_request, send_request,
                 broadcast_request, ack_request, presence_request,
                 history_request, ping_request>;

} // namespace atrium
