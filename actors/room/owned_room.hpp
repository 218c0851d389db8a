#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/placement.hpp"
#include "atrium/actors/post_in_room.hpp"
#include "atrium/actors/room/join_queue.hpp"
#include "atrium/actors/room/owner_link.hpp"
#include "atrium/actors/room/room_members.hpp"
#include "atrium/actors/room/room_publisher.hpp"
#include "atrium/actors/room_messages.hpp"

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace atrium {

/// The room, as its part with the owner sees it.
class owned_room_host {
public:
  virtual ~owned_room_host() = default;

  /// The owner lets a join in.
  virtual void go_on(join_queue::entry x) = 0;

  /// The owner wants a member out: lanes and connection have been told.
  virtual void remove(actor_number connection) = 0;

  /// The logic has lost its state; with `give_up` for good.
  virtual void lose_state(bool give_up) = 0;

  /// Fewer may wait now.
  virtual void settle() = 0;
};

/// What a room does that has its logic elsewhere (`home::one`): it asks the
/// owner, and does what the owner says. For the room's actor.
class owned_room : private owner_listener {
public:
  owned_room(owned_room_host& room, room_members& members,
             room_publisher& publisher)
    : room_(room), members_(members), publisher_(publisher) {
    // nop
  }

  /// Begins, if rooms of this name have such a home. With `watched` the log
  /// tells everything.
  void start(room_actor::pointer self, environment_ptr env, placement at,
             const std::string& name, bool watched);

  bool is_on() const noexcept {
    return link_.is_on();
  }

  owner_link& link() {
    return link_;
  }

  const owner_link& link() const {
    return link_;
  }

  /// Takes what is for it of what comes from the bus.
  void take(const arrived& x);

  /// Asks the owner about a join.
  void ask(join_queue::entry join);

  /// Returns whether the owner has let in who is about to be a member.
  bool is_approved(actor_number connection) const {
    return !is_on() || approved_.contains(connection);
  }

  /// A join that the owner has let in is a member now.
  void admitted(actor_number connection);

  /// It will be none.
  void take_back(const room_member& x);

  // Messages of a member and of the back end. Who has sent them hears what
  // becomes of them.
  void forward(publish_in_room& x);
  void forward(post_in_room& x);

private:
  void told(const std::string& connection, const std::string& data) override;
  void restarted() override;
  void given_up() override;
  std::vector<room_request> members_again() override;
  void expelled(const std::string& connection) override;
  bool is_used() const override;
  void eased() override;

  owned_room_host& room_;
  room_members& members_;
  room_publisher& publisher_;
  room_actor::pointer self_ = nullptr;
  environment_ptr env_;
  std::string name_;
  bool watched_ = false;

  // Whom the owner has let in, and who is not quite in yet; with what the logic
  // has told them meanwhile.
  std::unordered_map<actor_number, std::pair<member, std::vector<std::string>>>
    approved_;
  owner_link link_{*this};
};

} // namespace atrium
