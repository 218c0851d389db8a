#pragma once

#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/requests.hpp"
#include "atrium/broker/util/errc.hpp"

#include <caf/actor_clock.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace atrium {

struct history_page;

// What rooms hear, besides what goes by way of the directory or the bus. The
// connection numbers its requests, and answers carry the number: ids are up to
// the client, and a room that has died may have answered under the same name.

struct leave_room {
  request_id id;
  connection_actor from;
  std::uint64_t number = 0;
  bool unasked = false; ///< A back end wants it.
};

struct publish_in_room {
  publish_request request;
  connection_actor from;
  std::uint64_t number = 0;
};

/// The history of the room's channel has answered.
struct history_answered {
  enum class about : std::uint8_t {
    room,  ///< What the room asked to get on.
    replay ///< What it asked for joins and members who have missed something.
  };

  about what = about::room;
  std::shared_ptr<history_page> page; ///< For the receiver alone.
};

/// A question to the history is due: whether something is missing, or else the
/// one that had no answer.
struct history_due {
  bool is_look = false;
};

/// How many users are in the room, as the presence has answered.
struct presence_counted {
  errc error = errc::none;
  std::size_t present = 0;
};

/// Joins have waited long enough for the first of these answers.
struct presence_overdue {};

/// A member has taken what it has missed so far, and can take more.
struct caught_up {
  actor_number connection = 0;
  std::uint64_t number = 0; ///< That of `catch_up`.
};

/// Something that the room's logic has begun may be due.
struct room_wake {
  caf::actor_clock::time_point due; ///< For when it was asked for.
};

/// A task has ended.
struct task_finished {
  /// What the work has thrown.
  struct failure {
    std::string type;
    std::string text;
  };

  std::uint64_t number = 0;
  std::optional<failure> error;
};

/// There was no place for a task.
struct task_refused {
  std::uint64_t number = 0;
};

/// A task says how far it has got.
struct task_reported {
  std::uint64_t number = 0;
};

/// The bus had its time to acknowledge the room's channel.
struct room_deadline {};

/// The room was empty for as long as its logic wants to linger.
struct room_lingered {};

} // namespace atrium
