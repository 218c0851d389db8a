#pragma once

#include "atrium/actors/close_code.hpp"
#include "atrium/actors/requests.hpp"
#include "atrium/broker/envelope.hpp"
#include "atrium/broker/presence.hpp"
#include "atrium/broker/publish_receipt.hpp"
#include "atrium/broker/util/errc.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace atrium {

class publication;

// What a node tells one client, whichever protocol it speaks (net/PROTOCOL.md,
// sections 3 to 6). Messages are not among them: those are frames.

/// The time at which what has no end ends.
inline constexpr unix_time never = unix_time::max();

/// The first thing a client hears.
struct welcome {
  std::string connection;
  std::string user;
  unix_time expires = never; ///< When the connection will be closed.

  /// What the connection gets durable messages as; empty: nothing.
  std::string device = {};
};

struct joined {
  request_id id;
  std::string room;

  /// Where the client stands: the messages that follow bring it further. Only
  /// in rooms with a history.
  std::optional<position> at = std::nullopt;

  /// Whether what follows is all that came after the `since` of the request;
  /// nothing if it had none.
  std::optional<bool> recovered = std::nullopt;

  /// How many users are in the room, as far as this node knows yet: the
  /// newcomer may be among them or not. Only in rooms that tell.
  std::optional<std::size_t> present = std::nullopt;

  bool unasked = false; ///< A back end has done it, and no request is answered.
};

struct left {
  request_id id;
  std::string room;
  bool unasked = false; ///< As above.
};

/// A publish, send or broadcast was handed to the bus.
struct accepted {
  enum class kind : std::uint8_t { published, sent, broadcasted };
  kind what = kind::published;
  request_id id;
  std::string target; ///< Room or user; empty for a broadcast.
  std::string event_id;
  /// Where it stands in the channel's history, if the bus keeps one.
  std::optional<position> at = std::nullopt;
  std::string inbox_id = {}; ///< Of a durable message: where it is kept.
};

/// The room's logic answers a publish that goes to nobody.
struct answered {
  request_id id;
  std::string room;
  std::string data; ///< One JSON value.
};

/// The inbox has taken an `ack`.
struct acked {
  request_id id;
};

/// Messages of a room's history.
struct stored_messages {
  request_id id;
  std::string room;
  position top; ///< Of the newest message that the history has.

  /// The history does not have what was asked for any more.
  bool is_lost = false;
  bool has_more = false; ///< There are further ones in that direction.
  std::vector<std::shared_ptr<const publication>> messages;
};

/// Who is in a room.
struct present_list {
  request_id id;
  std::string room;
  std::size_t present = 0; ///< Users in the room.

  /// Nothing: the room tells only how many there are.
  std::optional<std::vector<present_user>> users;
};

struct pong {
  request_id id;
  unix_time time;
};

/// The connection goes on with the rights of a newer token.
struct refreshed {
  request_id id;
  unix_time expires = never;
};

/// A request failed, or something is wrong with a room (`id` empty).
struct failure {
  request_id id;
  errc code = errc::internal;
  std::string message; ///< For people.
  std::string room;    ///< Empty: not about a room.

  /// When the same request may be in order; zero: unknown.
  std::chrono::milliseconds retry_after{0};
};

/// Messages of this scope may have been missed between these times.
struct gap {
  scope what = scope::room;
  std::string room; ///< Only for rooms.
  unix_time from;
  unix_time to;

  /// In a room with a history that has lost messages: where the client stands
  /// now.
  std::optional<position> at = std::nullopt;
};

/// Everything that a node can tell.
using reply
  = std::variant<welcome, joined, left, accepted, answered, acked, pong,
                 refreshed, failure, gap, stored_messages, present_list>;

} // namespace atrium
