#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/placement.hpp"
#include "atrium/actors/room/message_review.hpp"
#include "atrium/actors/room/room_members.hpp"
#include "atrium/actors/room/room_voice.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/broker/history.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace atrium {

/// Publishes in a room: messages of its members on this node, of the back end,
/// and of its own logic. The logic is the operator's code, so what the logic
/// makes is checked before anybody gets it. For the room's actor.
class room_publisher : public room_voice {
public:
  /// The logic is asked about messages, the members get what it tells them.
  room_publisher(logic_runner& logic, room_members& members,
                 room_answers& answers)
    : members_(members), review_(logic, answers) {
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

  // What the logic says: to all members on all nodes; to them, behind what it
  // is asked about right now; to one member, without the bus.
  void publish(std::string data) override;
  void publish_after(std::string data) override;
  void tell(const member& who, std::string data) override;

  /// The members on this node.
  std::vector<member> members() const override {
    return members_.list();
  }

  /// The logic is asked about a join: what it tells this connection waits until
  /// `release`, since the client shall hear `joined` before.
  void hold_for(actor_number joining) {
    joining_ = joining;
    review_.begin();
  }

  /// What has waited while the logic was asked about a join.
  struct held_words {
    std::vector<tell_member> told;      ///< For the newcomer.
    std::vector<std::string> published; ///< For all, behind the newcomer.
  };

  /// Returns what has waited; nothing waits any more.
  held_words release();

  /// One more has gone there by way of the room's owner.
  void count_published() {
    ++published_;
  }

  /// How many messages of members and of the back end have gone to the bus.
  std::uint64_t published() const noexcept {
    return published_;
  }

private:
  void publish_all(std::vector<std::string> what);
  void refuse(publish_in_room& x, const member& who, errc code,
              std::string why);
  void hand_over(publish_in_room& x, const member& who, bool watched);
  void put_off(asker who, message_verdict verdict, answer_ticket ticket);
  envelope make_envelope(room_message x, std::string traceparent) const;

  room_members& members_;
  message_review review_;
  room_actor::pointer self_ = nullptr;
  environment_ptr env_;
  placement placement_;
  std::string name_;
  bool watched_ = false;
  history_rule history_;
  std::uint64_t published_ = 0;
  actor_number joining_ = 0; // a connection that is joining right now, or 0
  std::vector<tell_member> held_; // for that connection
};

} // namespace atrium
