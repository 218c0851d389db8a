#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/room/join_queue.hpp"
#include "atrium/actors/room/room_members.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/broker/presence.hpp"

#include <functional>
#include <optional>
#include <string>

namespace atrium {

/// What a room does with the presence: it says who of this node is in it, knows
/// how many users are in it on all nodes, and passes on to the members who
/// comes and goes. A room that does not tell who is in it does nothing of this.
/// For the room's actor; when it dies, its members leave.
class room_presence {
public:
  explicit room_presence(room_members& members) : members_(members) {
    // nop
  }

  room_presence(const room_presence&) = delete;
  room_presence& operator=(const room_presence&) = delete;

  ~room_presence();

  void start(room_actor::pointer self, environment_ptr env,
             const std::string& name);

  bool is_on() const noexcept {
    return where_.mode != presence_mode::off;
  }

  presence_mode mode() const noexcept {
    return where_.mode;
  }

  /// Returns how many users are in the room, on all nodes; nothing if that is
  /// not known, or not told.
  std::optional<std::size_t> present() const noexcept {
    return present_;
  }

  /// The bus carries the channel: from now on no change is missed.
  void open();

  /// Changes may have been missed: asks anew.
  void doubt();

  /// Takes joins, and returns those that may come in. The first ones wait until
  /// it is known how many are there, but for no longer than `bus_timeout`.
  join_queue::entries let_in(join_queue::entries joins);

  /// Returns the joins that wait; nothing waits any more.
  join_queue::entries give_up();

  /// Returns how many joins wait.
  std::size_t joins() const {
    return waiting_.size();
  }

  // A member comes, before it is one of them, and goes.
  void enter(const room_member& x);
  void leave(const room_member& x);

  /// Takes what the bus has brought. `also` is called for what the members get,
  /// for whoever is not quite one of them yet.
  void take(const std::vector<presence_event>& events,
            const std::function<void(const publication_ptr&)>& also);

  // What the room's actor gets on behalf of its presence.
  void take(const presence_counted& x);
  void take(presence_overdue);

private:
  void ask();

  room_members& members_;
  room_actor::pointer self_ = nullptr;
  environment_ptr env_;
  presence_room where_{{}, {}, presence_mode::off};
  outbox_policy policy_ = outbox_policy::disconnect;
  std::optional<std::size_t> present_;
  bool settled_ = true;    // joins need not wait
  bool is_asking_ = false; // one question at a time
  bool is_stale_ = false;  // its answer is not enough: ask once more
  bool has_heard_ = false; // since it was asked, the bus has told a number
  join_queue::entries waiting_;
};

} // namespace atrium
