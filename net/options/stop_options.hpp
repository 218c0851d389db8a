#pragma once

#include <chrono>

namespace atrium {

/// How a node goes away: the phases of `node::stop`.
struct stop_options {
  std::chrono::milliseconds drain_delay{0};
  std::chrono::milliseconds drain_window{5'000};
  std::chrono::seconds grace{10};
};

} // namespace atrium
