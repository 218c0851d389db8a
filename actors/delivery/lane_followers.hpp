#pragma once

#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/room_messages.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace atrium {

/// The members on a lane that still catch up with their rooms, a page at a
/// time. A page may fill a good part of a client's queue, so the next one is
/// asked for when most of it is with the client: nobody is too slow for the
/// past. For the lane's actor.
class lane_followers {
public:
  /// What a follower may have in its queue when the next page is asked for.
  static constexpr std::size_t enough = std::size_t{16} << 10;

  /// A member has got a page, and there is more.
  void add(const catch_up& x);

  /// A member follows no more.
  void remove(actor_number room, actor_number connection);

  /// A connection is gone.
  void forget(actor_number connection);

  /// Forgets a room; returns the connections that followed it.
  std::vector<actor_number> remove_room(actor_number room);

  /// Asks for more on behalf of those whose `queued(connection)`, in bytes, is
  /// small. Returns whether somebody goes on waiting. A connection that is gone
  /// has `gone`.
  template <class F>
  bool ask(F queued) {
    auto is_waiting = false;
    std::erase_if(all_, [&](follower& x) {
      auto bytes = queued(x.what.connection);
      if (bytes == gone)
        return true;
      if (x.is_busy && bytes <= enough)
        go_on(x);
      is_waiting = is_waiting || x.is_busy;
      return false;
    });
    return is_waiting;
  }

  static constexpr std::size_t gone = static_cast<std::size_t>(-1);

private:
  struct follower {
    actor_number room = 0;
    caught_up what;
    room_actor asked;
    bool is_busy = true; // has not taken its page yet
  };

  static void go_on(follower& x);

  std::vector<follower> all_;
};

} // namespace atrium
