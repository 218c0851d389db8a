#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace atrium {

/// What rooms keep of what is said in them.
struct history_options {
  std::vector<std::string> rules;   ///< Empty: nothing.
  std::vector<std::string> replays; ///< Empty: none.

  /// For all rooms together, where the node keeps them in memory.
  std::size_t bytes = std::size_t{64} << 20;
};

} // namespace atrium
