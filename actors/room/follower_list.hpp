#pragma once

#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/room/entrance.hpp"
#include "atrium/actors/room/room_members.hpp"
#include "atrium/actors/room_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace atrium {

/// Members that have not caught up with the room yet. Each gets one portion of
/// what it has missed at a time, and says when it can take more. For the room's
/// actor.
class follower_list {
public:
  explicit follower_list(room_members& members) : members_(members) {
    // nop
  }

  /// `self` is told when a member can take more.
  void start(room_actor::pointer self) {
    self_ = self;
  }

  /// Returns what goes to a member, who follows on if `what` is not all.
  catch_up portion(std::size_t lane, actor_number connection, entrance what);

  /// Sends the next portion to a member that still follows.
  void hand_on(actor_number connection, entrance what);

  /// There is no more of what this member has missed: it is told of the loss
  /// and goes on where the others are.
  void end(actor_number connection, gap lost);

  /// All of them get this, beside what they have missed.
  void tell(const publication_ptr& x);

  /// Returns what a member has that follows; or null.
  const position* find(actor_number connection) const;

  /// Returns what a member has that can take more; null if the message is of an
  /// earlier membership.
  const position* find(const caught_up& x) const;

  /// Forgets a connection; returns whether it has followed.
  bool erase(actor_number connection) {
    return followers_.erase(connection) != 0;
  }

  std::size_t size() const noexcept {
    return followers_.size();
  }

private:
  struct follower {
    std::size_t lane = 0;
    position at; // what it has, with what is on its way
    std::uint64_t number = 0;
  };

  room_members& members_;
  room_actor::pointer self_ = nullptr;
  std::unordered_map<actor_number, follower> followers_;
  std::uint64_t numbers_ = 0;
};

} // namespace atrium
