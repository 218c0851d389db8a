#pragma once

#include "atrium/actors/observable.hpp"
#include "atrium/actors/replies.hpp"
#include "atrium/actors/user_command.hpp"
#include "atrium/broker/bus.hpp"

#include <string>

namespace atrium {

/// Reaches connections on whichever node they are: one by its id, those of a
/// user, or those in a room. What this means for a connection of another node
/// is as reliable as the bus: nobody hears of a command that was lost. Any
/// thread; nothing waits.
class connection_control {
public:
  virtual ~connection_control() = default;

  /// Closes the connection called `id`.
  virtual void disconnect(const std::string& id, close_code why) const = 0;

  /// Asks whether the client of the connection called `id` is still there: its
  /// node pings it. The connection with the number `requester`, of this node,
  /// gets a `rival_found`, unless the other node does not answer.
  virtual void probe(const std::string& id, actor_number requester) const = 0;

  /// Has all nodes do this to the user's connections, this one among them.
  /// What one thread commands about one user is begun in that order, and done
  /// in it as far as it is about one room. Not for connections that come later.
  /// `done` hears once whether the bus has taken it, from any thread, possibly
  /// before this returns; `bad_request`: it is not in order (`is_in_order`).
  virtual void command(user_command what, bus::receipt_handler done) const = 0;

  /// Has all nodes end the room of this name: its members get the error
  /// `room_died` and are members no more, joins that wait fail, and the state
  /// of its logic is gone. The next join opens another one. `done` as above.
  virtual void close_room(std::string room,
                          bus::receipt_handler done) const = 0;
};

} // namespace atrium
