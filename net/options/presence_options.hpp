#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace atrium {

/// Which rooms tell who is in them, and when somebody has gone.
struct presence_options {
  std::vector<std::string> rules; ///< Empty: no room does.

  /// Who comes back within this time has not been away.
  std::chrono::seconds grace{5};
};

} // namespace atrium
