#pragma once

#include "atrium/actors/json_inspector.hpp"
#include "atrium/actors/room/join_queue.hpp"
#include "atrium/actors/room/logic_context.hpp"
#include "atrium/actors/room/logic_runner.hpp"
#include "atrium/actors/room/owned_room.hpp"
#include "atrium/actors/room/passivation.hpp"
#include "atrium/actors/room/room_history.hpp"
#include "atrium/actors/room/room_presence.hpp"
#include "atrium/actors/room/room_publisher.hpp"
#include "atrium/actors/room/room_ranking.hpp"
#include "atrium/actors/util/event_log.hpp"
#include "atrium/broker/envelope.hpp"

#include <caf/result.hpp>
#include <caf/stateful_actor.hpp>

#include <optional>
#include <vector>

namespace atrium {

/// The state of a room actor: who is in, and the room's life.
///
///   starting ──subscribed──▶ open ──last member left, linger──▶ passivating
///      │                      ▲                                    │ stop
///      └─refused or late──▶ passivating ──another join────────────────┘ ▼
///
/// In every state a join waits for the bus to be heard, and no longer than
/// `bus_timeout`. While one waits the room does not passivate.
///
/// What is said in the room is up to its logic (`room_logic`), and goes out by
/// `room_publisher`; with `home::one` the logic is elsewhere, and asked by the
/// `owned_room`. This class keeps the members, the subscription and the order.
class room_state : private history_owner, private owned_room_host {
public:
  static inline constexpr auto name = "room";

  explicit room_state(room_actor::pointer self) : self_(self) {
    // nop
  }

  room_state(const room_state&) = delete;
  room_state& operator=(const room_state&) = delete;

  /// Starts the logic and the subscription.
  void start(environment_ptr env, std::string name, directory_actor directory,
             std::shared_ptr<room_tally> tally, placement at);
  /// Admits as soon as the bus has shown, after the join came, that it carries
  /// the channel; refuses when it does not in time.
  caf::result<join_accepted> join(join_room& x);
  void leave(const leave_room& x);

  /// Takes a member out whose connection is gone.
  void lose(actor_number connection);

  // A member's message; a back end's message, and that it wants the room to
  // end.
  void publish_from(publish_in_room& x);
  void post(post_in_room& x);
  void close();

  // Take what comes from the bus, from the history, and about the owner.
  void take(const arrived& x);
  room_history& history();
  owner_link& link();

  // The bus carries the channel from now on, or still, or refuses it, or has
  // kept a join waiting for as long as a join may; the history has answered.
  void open();
  void carry(const channel_carried& x);
  void refuse(const channel_refused& x);
  void check_patience();
  void take(const history_answered& x);

  /// The presence has answered, or joins have waited for it long enough.
  template <class Answer>
  void take(const Answer& x) {
    presence_.take(x);
    admit(join_queue::entries{});
  }

  /// The room ends: whoever waits for the bus or for the logic is told.
  void fail_all(const std::string& reason, errc code);

  void lingered(); // offers to stop if nobody has come
  void tell_gap(const interrupted& x);
  void tick();

  /// What the logic has begun is due, or has something to say.
  template <class What>
  void heed(const What& x) {
    context_.take(x);
    heed_logic();
  }

  /// The actors that the room has for itself.
  children parts() const;

  members_page list(const list_members& x) const;

  /// For operators: members, channel, traffic, and the logic's own fields.
  friend caf::error inspect(json_inspector& f, room_state& x);

private:
  void go_on(join_queue::entry x) override;
  void remove(actor_number connection) override;
  void lose_state(bool give_up) override;
  void settle() override;

  void admit(join_queue::entries joins);
  void admit(join_queue::entry join, entrance what) override;
  void refuse(join_queue::entries joins, errc why) override;
  void deliver(const std::vector<incoming>& messages) override;

  bool is_empty() const;
  caf::error refusal(const member& who);
  void forget(actor_number connection);
  void heed_logic();
  void passivate_if_empty();
  void end_if_unused();
  void record(node_event::kind what, const room_member& x);
  void schedule_tick();
  void failed(bool give_up);

  room_actor::pointer self_;
  environment_ptr env_;
  std::string name_;
  std::string channel_;
  outbox_policy policy_ = outbox_policy::disconnect;
  bool watched_ = false;
  subscription_actor subscription_;
  logic_runner logic_;
  std::shared_ptr<room_tally> tally_;
  bool open_ = false;
  bool ended_ = false;        // the logic is given up
  bool owes_answers_ = false; // somebody waits for the logic
  passivation end_{logic_};
  join_queue waiting_;
  room_members members_;
  room_answers answers_;
  room_publisher publisher_{logic_, members_, answers_};
  logic_context context_{logic_, publisher_, answers_};
  room_history history_{*this, members_};
  room_presence presence_{members_};
  owned_room owned_{*this, members_, publisher_};
};

} // namespace atrium
