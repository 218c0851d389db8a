#pragma once

#include "atrium/actors/observable.hpp"
#include "atrium/actors/replies.hpp"

#include <string>

namespace atrium {

/// Reaches one connection on whichever node it is, by its id. What this means
/// for a connection of another node is as reliable as the bus: nobody hears of
/// a command that was lost. Any thread; nothing waits.
class connection_control {
public:
  virtual ~connection_control() = default;

  /// Closes the connection called `id`.
  virtual void disconnect(const std::string& id, close_code why) const = 0;

  /// Asks whether the client of the connection called `id` is still there: its
  /// node pings it. The connection with the number `requester`, of this node,
  /// gets a `rival_found`, unless the other node does not answer.
  virtual void probe(const std::string& id, actor_number requester) const = 0;
};

} // namespace atrium
