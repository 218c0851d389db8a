#pragma once

#include "atrium/actors/json_inspector.hpp"
#include "atrium/broker/util/time.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// A connection in a room, as the room's logic sees it.
struct member {
  std::string user;
  std::string connection; ///< Unique among all nodes.
  /// The claim `info` of the member's token, one JSON object, as it was when
  /// the member joined; may be null.
  std::shared_ptr<const std::string> info = nullptr;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, member& x) {
  return f(named("user"), x.user, named("connection"), x.connection);
}

/// Names a message whose answer comes later (`decision::later`). A copy may be
/// kept anywhere.
struct answer_ticket {
  std::uint64_t number = 0;

  bool operator==(const answer_ticket&) const = default;
};

/// A message on its way into a room.
struct room_message {
  std::string data; ///< One JSON value; a hook may replace it by another.
  std::string event_id;
  std::string trace_id;
  answer_ticket ticket = {}; ///< For a hook that answers later.

  bool operator==(const room_message&) const = default;
};

/// What a hook decides.
class [[nodiscard]] decision {
public:
  /// How long the publisher waits for an answer that comes later.
  static constexpr std::chrono::milliseconds usual_patience{10'000};

  /// The message goes to all members; who wants to join is let in.
  static decision accept() {
    return {};
  }

  /// The client gets the error `room_refused` with `reason`, of which it sees
  /// 1024 bytes; what is not UTF-8 becomes U+FFFD.
  static decision refuse(std::string_view reason);

  /// The message goes to nobody, and whoever has sent it gets `answer`, one
  /// JSON value. From `on_join` the same as `accept`.
  static decision handled(std::string answer);

  /// The message goes to nobody, and whoever has sent it gets the answer that
  /// the logic gives by `reply` or `refuse`, with the ticket of the message; an
  /// error `timeout` if there is none within `patience`. From `on_join` the
  /// same as `accept`.
  static decision later(std::chrono::milliseconds patience = usual_patience);

  /// Nothing, or why not.
  const std::optional<std::string>& refusal() const {
    return refusal_;
  }

  /// What to answer in place of a message to the room; nothing if it goes on.
  const std::optional<std::string>& answer() const {
    return answer_;
  }

  /// How long to wait for the answer; nothing if there is none to wait for.
  std::optional<std::chrono::milliseconds> patience() const {
    return patience_;
  }

private:
  std::optional<std::string> refusal_;
  std::optional<std::string> answer_;
  std::optional<std::chrono::milliseconds> patience_;
};

} // namespace atrium
