#pragma once

#include "atrium/actors/identity.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/publication.hpp"
#include "atrium/actors/replies.hpp"
#include "atrium/actors/user_command.hpp"
#include "atrium/actors/util/message_source.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/broker/history.hpp"
#include "atrium/broker/inbox.hpp"
#include "atrium/broker/presence.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace atrium {

// What connections hear.

struct from_client {
  client_request request;
};

struct renewed {
  request_id id; ///< Of the refresh.
  identity who;
};

struct disconnected {
  std::uint16_t code = 0; ///< Of the close, by either side; 0: there was none.
};

struct leave_done {
  std::string room;
  std::uint64_t number = 0; ///< Of the leave.
};

struct room_lost {
  std::string room;
};

struct outcome {
  accepted what; ///< Whose success, or failure, this is.
  errc code = errc::none;
  std::string message = {}; ///< For people; only with a failure.
  std::uint64_t number = 0; ///< Of a request that a room has taken over.
  std::string answer = {};  ///< Of the room's logic, in place of a success.
};

/// The answer to the oldest `history` or `presence` that has none.
struct history_read {
  history_page page;
};

struct presence_read {
  presence_page page;
};

/// The answer to the question what the device has not acknowledged.
struct inbox_read {
  inbox_page page;
};

/// It is time to look whether the device can get more.
struct inbox_due {};

/// What became of an `ack`.
struct acknowledged {
  request_id id;
  errc code = errc::none;
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
  publication_ptr content;
  permit held; ///< Keeps the place of the packet it came from.
  message_source from;
};

struct push_reply {
  reply what;
};

} // namespace atrium
