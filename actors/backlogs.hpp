#pragma once

#include "atrium/actors/util/semaphore.hpp"

namespace atrium {

/// Messages that wait on this node, in all actors together.
struct backlogs {
  // Those from the bus, by kind of the actor that they wait for.
  backlog rooms = 0;
  backlog users = 0;
  backlog broadcaster = 0;

  /// Bytes of their histories that rooms keep for whoever comes back.
  semaphore replays{std::size_t{16} << 20};
};

} // namespace atrium
