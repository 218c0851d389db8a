#pragma once

#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/environment.hpp"

#include <variant>
#include <vector>

namespace atrium {

/// What a client wants to read, a history or who is in a room, one after the
/// other: the next answer is not fetched before the client has been given the
/// last, each of which may be far larger than its request. Bounded by the
/// request window. For the connection's actor.
class read_queue {
public:
  void start(connection_actor::pointer self, environment_ptr env);

  /// Takes a request, of a room that has what is asked for.
  void add(history_request x);
  void add(presence_request x);

  // Each returns the reply to the oldest request, which was for that, and goes
  // on with the next.
  reply take(history_read& x);
  reply take(presence_read& x);

private:
  using request = std::variant<history_request, presence_request>;

  void add_any(request x);
  void read_first();
  void read(const history_request& x);
  void read(const presence_request& x);

  /// Takes the oldest off, and asks for what the next one wants.
  template <class Request>
  Request take_first();

  connection_actor::pointer self_ = nullptr;
  environment_ptr env_;
  std::vector<request> waiting_; // oldest first, which is being read
};

} // namespace atrium
