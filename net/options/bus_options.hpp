#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace atrium {

/// What joins the nodes.
struct bus_options {
  std::string redis; ///< Empty: the in-process bus.
  std::string name_space = "dev:atrium";
  std::size_t pending = 65'536; ///< Messages that wait for Redis.
  std::size_t pending_bytes = 67'108'864;

  /// A node that is silent for so long is dead.
  std::chrono::milliseconds lease = std::chrono::seconds{15};
};

} // namespace atrium
