#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/placement.hpp"
#include "atrium/actors/room/entrance.hpp"
#include "atrium/actors/room/follower_list.hpp"
#include "atrium/actors/room/join_queue.hpp"
#include "atrium/actors/room/replay_queue.hpp"
#include "atrium/actors/room/room_log.hpp"
#include "atrium/actors/room/room_members.hpp"
#include "atrium/actors/room_messages.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace atrium {

/// The room, as its history sees it.
class history_owner {
public:
  virtual ~history_owner() = default;

  /// Lets a join in, with what it has missed.
  virtual void admit(join_queue::entry x, entrance what) = 0;

  /// Refuses joins: the history does not answer.
  virtual void refuse(join_queue::entries joins, errc why) = 0;

  /// All members get these messages.
  virtual void deliver(const std::vector<incoming>& messages) = 0;
};

/// What a room does with the history of its channel: it asks for what the bus
/// has not brought, and gives those who come in what they have missed. A room
/// without one passes everything on. For the room's actor.
class room_history {
public:
  room_history(history_owner& owner, room_members& members)
    : owner_(owner), members_(members), followers_(members) {
    // nop
  }

  room_history(const room_history&) = delete;
  room_history& operator=(const room_history&) = delete;

  void start(room_actor::pointer self, environment_ptr env, placement at,
             const std::string& name);

  bool is_on() const noexcept {
    return log_.is_on();
  }

  const position& at() const noexcept {
    return log_.at();
  }

  bool is_behind() const noexcept {
    return log_.is_behind();
  }

  /// Takes a join that may be let in as far as the bus is concerned.
  void admit(join_queue::entry x);

  /// Adds a member, who gets `answer` and what there is of `what`.
  void add_member(room_member x, joined answer, entrance what);

  /// Takes what has come from the bus.
  void take(const arrived& x);

  /// Something may be missing: the link to the bus may have been down.
  void doubt();

  // What the room's actor gets on behalf of its history.
  void take(const history_answered& x);
  void look(const history_due& x);
  void go_on(const caught_up& x);

  /// Says something to those who have not caught up yet: the lanes do not know
  /// them as members.
  void tell_followers(const publication_ptr& x) {
    followers_.tell(x);
  }

  /// A connection is no member any more.
  void forget(actor_number connection);

  /// Returns the joins that wait; nothing waits any more.
  join_queue::entries give_up();

  /// Returns how many joins wait.
  std::size_t joins() const {
    return early_.size() + replays_.joins();
  }

  /// Returns how many members have not caught up yet.
  std::size_t followers() const noexcept {
    return followers_.size();
  }

private:
  // A join that waits for an answer of the history, with this number at least;
  // 0: for any.
  struct early {
    join_queue::entry join;
    std::uint64_t number = 0;
  };

  void admit(join_queue::entry x, bool is_sure);
  void admit_early();
  void deliver(const std::vector<incoming>& messages);
  void ask();
  void read(history_query what, history_answered::about about);
  void take_own(const history_page& page, std::vector<incoming> messages);
  void take_replay(const history_page& page, std::vector<incoming> messages);
  void hand_out(std::vector<replay_queue::portion> portions);
  void fail(const history_answered& x);
  void go_on(actor_number connection, const position& has);
  gap loss(position now) const;
  void look_later();

  history_owner& owner_;
  room_members& members_;
  room_actor::pointer self_ = nullptr;
  environment_ptr env_;
  placement placement_;
  std::string name_;
  std::string channel_;
  room_log log_;
  replay_queue replays_;
  std::vector<early> early_;
  follower_list followers_;
  unix_time last_time_; // of the latest message
};

} // namespace atrium
