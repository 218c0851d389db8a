#pragma once

#include "atrium/actors/client_session.hpp"
#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/util/prefetch.hpp"

#include <memory>
#include <unordered_map>
#include <vector>

namespace atrium {

/// Which connections a lane has and which of them are in which room. Kept in
/// both directions: a fan-out walks one vector, joining and leaving a room
/// costs O(rooms of that connection), whatever the room's size. No locks: it
/// belongs to one lane.
class lane_members {
public:
  struct local_connection {
    connection_actor connection;
    std::shared_ptr<client_session> out;
  };

  void add(connection_actor connection, std::shared_ptr<client_session> out);

  /// Removes a connection from all its rooms and from the lists. Returns its
  /// session if it was there.
  std::shared_ptr<client_session> remove(actor_number connection);

  /// Returns nothing if the connection is not there (any more).
  client_session* find(actor_number connection) const;

  /// The same for its actor.
  connection_actor actor_of(actor_number connection) const;

  void add_member(actor_number room, actor_number connection);

  void remove_member(actor_number room, actor_number connection);

  /// Forgets a room; returns who was in it.
  std::vector<local_connection> remove_room(actor_number room);

  /// Calls `f(client_session&, number)` for each member. `f` must not change
  /// the lists.
  template <class F>
  void for_members(actor_number room, F f) const {
    auto i = rooms_.find(room);
    if (i == rooms_.end())
      return;
    auto& slots = i->second;
    auto next = slots.begin();
    auto fetch = [&] {
      if (next != slots.end())
        prefetch_lines<fetched_lines>((next++)->out);
    };
    for (std::size_t n = 0; n < fetched_ahead; ++n)
      fetch();
    for (auto& x : slots) {
      fetch();
      f(*x.out, x.who);
    }
  }

  /// Calls `f(client_session&)` for each connection. `f` must not change the
  /// lists.
  template <class F>
  void for_all(F f) const {
    for (auto& [number, x] : entries_)
      f(*x->local.out);
  }

  /// Calls `f(local_connection&)` for each connection. `f` must not change the
  /// lists.
  template <class F>
  void for_connections(F f) const {
    for (auto& [number, x] : entries_)
      f(x->local);
  }

  /// All sessions, without keeping them alive.
  std::vector<std::weak_ptr<client_session>> sessions() const;

  std::size_t size() const {
    return entries_.size();
  }

  std::size_t rooms() const {
    return rooms_.size();
  }

private:
  // Where a connection sits in a room's vector.
  struct position {
    actor_number room = 0;
    std::size_t index = 0;
  };

  struct entry {
    lane_members::local_connection local;
    std::vector<position> positions;
  };

  // All that a fan-out needs: it reads no entry.
  struct slot {
    client_session* out = nullptr;
    actor_number who = 0;
  };

  // Since a session was touched the last time, much else has been. What
  // `append` touches is at its beginning.
  static constexpr std::size_t fetched_ahead = 4;
  static constexpr std::size_t fetched_lines = 4;

  position* position_in(entry& who, actor_number room);
  void remove_slot(const position& p);

  std::unordered_map<actor_number, std::unique_ptr<entry>> entries_;
  std::unordered_map<actor_number, std::vector<slot>> rooms_;
};

} // namespace atrium
