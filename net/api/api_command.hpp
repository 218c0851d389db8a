#pragma once

#include "atrium/actors/user_command.hpp"
#include "atrium/broker/publish_receipt.hpp"
#include "atrium/net/api/api_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace atrium {

struct api_method;

// What a back end asks for. Names, ids and data are checked before one of these
// is made; a channel is a room.

/// What is to be sent.
struct api_payload {
  std::string data;     ///< One JSON value, verbatim.
  std::string event_id; ///< The idempotency key; empty: the node makes an id.
};

/// Message to everybody in a room.
struct api_publish {
  std::string channel;
  api_payload what;
  bool skip_history = false;
};

/// The same message to several rooms.
struct api_broadcast {
  std::vector<std::string> channels;
  api_payload what;
  bool skip_history = false;
};

/// Message to a user.
struct api_send {
  std::string user;
  api_payload what;
  bool durable = false; ///< Into the inbox of the user.
};

/// Message to everybody.
struct api_broadcast_all {
  api_payload what;
};

/// What was said in a room?
struct api_history {
  std::string channel;
  std::optional<position> since; ///< An empty epoch: that of the room.
  std::int64_t limit = 0;        ///< Below 0: all; 0: where the room is.
  bool reverse = false;
};

struct api_history_remove {
  std::string channel;
};

/// Who, or how many, are in a room?
struct api_presence {
  std::string channel;
  bool is_number_only = false;
};

/// Which rooms have members?
struct api_channels {
  std::string pattern; ///< Of names (actors/util/glob.hpp); empty: all.
};

/// Which nodes are there?
struct api_info {};

struct api_close_room {
  std::string channel;
};

/// Which is never served.
struct api_rpc {};

/// Several commands.
struct api_batch {
  std::vector<struct api_item> items;
  bool parallel = false; ///< In no order.
  bool is_lines = false; ///< Each answer is a line of its own.
};

/// A command, or why it is none.
using api_command
  = std::variant<api_error, api_publish, api_broadcast, api_send,
                 api_broadcast_all, api_history, api_history_remove,
                 api_presence, api_channels, api_info, user_command,
                 api_close_room, api_rpc, api_batch>;

/// A command with the method by which it was called.
struct api_item {
  const api_method* method = nullptr; ///< Null: an unknown one.
  api_command what;
};

} // namespace atrium
