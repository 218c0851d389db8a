#pragma once

#include "atrium/actors/identity.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace atrium {

class lane_thread;

/// What somebody shows who wants to come in, or to stay.
struct credentials {
  std::string token; ///< Empty: none.
  std::string ip;
  /// Those of the upgrade request that `--auth-header` names.
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Who somebody is, or why that cannot be said: `token_invalid`,
/// `token_expired`, `rate_limited`, `auth_broken` or `auth_unavailable`.
using verdict = std::variant<identity, failure>;

/// Says who the user is and what the user may do.
class authenticator {
public:
  virtual ~authenticator() = default;

  /// Calls `done` exactly once, on the thread of `lane`, which is the caller's;
  /// maybe before it returns. Never blocks.
  virtual void check(credentials x, lane_thread& lane,
                     std::function<void(verdict)> done)
    = 0;

  /// Reads anew what is read from files. If something is wrong with it nothing
  /// changes. Blocks, so not on an I/O thread.
  virtual std::string reload() = 0;
};

} // namespace atrium
