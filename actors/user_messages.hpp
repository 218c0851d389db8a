#pragma once

#include "atrium/actors/observable.hpp"

#include <string>
#include <vector>

namespace atrium {

// What users hear about the places of their connections.

/// Whether a connection may stay, as the limiter sees it, and who has the
/// places if it may come again.
struct lease_decided {
  actor_number connection = 0;
  bool admitted = false;
  std::vector<std::string> rivals;
};

/// The connection wants a place whatever it costs others; first of those who
/// are silent.
struct insist {
  actor_number connection = 0;
  std::vector<std::string> silent;
};

} // namespace atrium
