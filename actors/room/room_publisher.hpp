#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/placement.hpp"
#include "atrium/actors/room/logic_runner.hpp"
#include "atrium/actors/room/room_answers.hpp"
#include "atrium/actors/room/room_members.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/broker/history.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Publishes in a room: messages of its members on this node, of the back end,
/// and of its own logic. The logic is the operator's code, so what the logic
/// makes is checked before anybody gets it. For the room's actor.
class room_publisher {
public:
  /// The logic is asked about messages, the members get what it tells them.
  room_publisher(logic_runner& logic, room_members& members,
                 room_answers& answers)
    : logic_(logic), members_(members), answers_(answers) {
    // nop
  }

  room_publisher(const room_publisher&) = delete;
  room_publisher& operator=(const room_publisher&) = delete;

  /// With `watched` the log tells everything.
  void start(room_actor::pointer self, environment_ptr env, placement at,
             std::string name, bool watched);

  /// A member's message: logic, envelope, bus. The member's connection gets the
  /// outcome.
  void publish_from(publish_in_room& x);

  /// The back end's message: the same, and `done` hears of it.
  void post(post_in_room& x);

  /// Publishes JSON of the logic to all members on all nodes.
  void publish(std::string data);

  /// The same, behind what the logic is asked about right now.
  void publish_after(std::string data);

  /// Sends JSON of the logic to one member, without the bus.
  void tell(const member& who, std::string data);

  /// The logic is asked about a join: what it tells this connection waits until
  /// `release`, since the client shall hear `joined` before.
  void hold_for(actor_number joining) {
    joining_ = joining;
    is_asking_ = true;
  }

  /// What has waited while the logic was asked about a join.
  struct held_words {
    std::vector<tell_member> told;      ///< For the newcomer.
    std::vector<std::string> published; ///< For all, behind the newcomer.
  };

  /// Returns what has waited; nothing waits any more.
  held_words release();

  /// How many messages of members and of the back end have gone to the bus.
  std::uint64_t published() const noexcept {
    return published_;
  }

private:
  /// What the logic says to a message. It goes on if nothing of this is there.
  struct review {
    errc code = errc::none;
    std::string why;
    std::optional<std::string> answer = std::nullopt;
    std::optional<std::chrono::milliseconds> patience = std::nullopt;
    std::vector<std::string> after = {}; ///< To publish behind it.

    bool goes_on() const {
      return code == errc::none && !answer && !patience;
    }
  };

  review ask_logic(const member& who, room_message& x);
  void put_off(asker who, review verdict, answer_ticket ticket);
  envelope make_envelope(room_message x, std::string traceparent) const;
  void reject_words(std::string_view where, std::string_view field);

  logic_runner& logic_;
  room_members& members_;
  room_answers& answers_;
  room_actor::pointer self_ = nullptr;
  environment_ptr env_;
  placement placement_;
  std::string name_;
  bool watched_ = false;
  history_rule history_;
  std::uint64_t published_ = 0;
  actor_number joining_ = 0; // a connection that is joining right now, or 0
  std::vector<tell_member> held_;  // for that connection
  bool is_asking_ = false;         // the logic is asked what may be refused
  std::vector<std::string> after_; // what waits for that
};

} // namespace atrium
