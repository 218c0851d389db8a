#pragma once

#include "atrium/actors/observable.hpp"
#include "atrium/actors/util/probe.hpp"

#include <chrono>
#include <string>

namespace atrium {

// How a connection learns whether the clients of others are there.

/// Asks one connection's client whether it is there, if it is on this lane.
struct probe_one {
  actor_number connection = 0;
  probe_ptr question;
  std::chrono::milliseconds patience{0};
};

struct probe_overdue {
  probe_ptr question;
};

/// Whether the client of another connection of the user is there.
struct rival_found {
  std::string connection;
  bool alive = false;
};

struct probe_answered {
  actor_number requester = 0;
  rival_found what;
};

} // namespace atrium
