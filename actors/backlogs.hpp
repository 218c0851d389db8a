#pragma once

#include "atrium/actors/util/semaphore.hpp"

namespace atrium {

/// Messages from the bus that wait for actors, by kind.
struct backlogs {
  backlog rooms = 0;
  backlog users = 0;
  backlog broadcaster = 0;
};

} // namespace atrium
