#pragma once

#include <string>
#include <vector>

namespace atrium {

/// Which pages may connect.
struct origin_rules {
  std::vector<std::string> allowed; ///< Empty: those of the node's own host.
  bool is_local = true;             ///< Only this machine can reach the node.
  bool is_trusting = true;          ///< Users need no proof of who they are.
};

} // namespace atrium
