#pragma once

#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/post_in_room.hpp"
#include "atrium/actors/room_message.hpp"

#include <caf/actor_clock.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace atrium {

/// Whoever has sent a message to a room and waits for what becomes of it: a
/// connection, or the back end.
class asker {
public:
  asker(connection_actor client, outcome what, member who)
    : who_(client_of{std::move(client), std::move(what), std::move(who)}) {
    // nop
  }

  explicit asker(post_callback done) : who_(std::move(done)) {
    // nop
  }

  /// The logic's answer, one JSON value that is checked.
  void answer(std::string data) &&;

  /// The message goes to nobody.
  void fail(errc code, std::string why) &&;

  /// Returns the number of the connection; 0: the back end asks.
  actor_number connection() const;

  /// Returns who it is; nobody: the back end.
  member who() const;

private:
  struct client_of {
    connection_actor to;
    outcome what;
    member who;
  };

  std::variant<client_of, post_callback> who_;
};

/// Messages that the logic of a room answers later, or has answered. Those of a
/// connection are bounded by its window of requests, those of the back end by
/// the bounds of the API. What the logic answers is checked before anybody gets
/// it. For the room's actor.
class room_answers {
public:
  using time_point = caf::actor_clock::time_point;

  room_answers() = default;

  room_answers(const room_answers&) = delete;
  room_answers& operator=(const room_answers&) = delete;

  /// With `watched` the log tells everything. `wake` has the room call `expire`
  /// at that time, or before.
  void start(environment_ptr env, std::string room, bool watched,
             std::function<void(time_point)> wake);

  /// The logic is asked about a message: returns its ticket, by which it may be
  /// answered from now on.
  answer_ticket begin();

  /// The message waits for its answer, or has it already.
  void wait(answer_ticket x, asker who, time_point deadline);

  /// Answers; nothing happens if nobody waits.
  void reply(answer_ticket to, std::string data);
  void refuse(answer_ticket to, std::string_view reason);

  /// Answers at once. What is no JSON becomes an error `internal`, what is too
  /// large `message_too_large`.
  void answer(asker who, std::string data);

  /// Those who have waited long enough hear of it.
  void expire(time_point now);

  std::optional<time_point> earliest() const;

  /// Returns whether the connection waits for an answer.
  bool waits(actor_number connection) const;

  /// The connection has gone: it waits for nothing.
  void forget(actor_number connection);

  /// Nobody will answer any more.
  void fail_all(errc code, const std::string& why);

  /// How many wait.
  std::size_t size() const {
    return waiting_.size();
  }

private:
  struct verdict {
    errc code = errc::none;
    std::string text; ///< The answer, or why there is none.
  };

  struct entry {
    asker who;
    time_point deadline;
  };

  void give(answer_ticket to, verdict x);
  std::optional<asker> take(std::uint64_t ticket);
  void finish(asker who, verdict x);
  void fail(asker who, errc code, std::string why);
  verdict check(std::string data);

  environment_ptr env_;
  std::string room_;
  bool watched_ = false;
  std::function<void(time_point)> wake_;
  std::uint64_t last_ = 0;       // ticket
  std::optional<verdict> early_; // for the last one, given by its hook
  std::map<std::uint64_t, entry> waiting_; // by ticket

  // Tickets of the same, by deadline and by connection.
  std::set<std::pair<time_point, std::uint64_t>> due_;
  std::set<std::pair<actor_number, std::uint64_t>> askers_;
};

} // namespace atrium
