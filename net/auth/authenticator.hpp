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
struct auth_options;

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

  /// Reads the files that these options name, of the mode that it has, and
  /// changes nothing yet: returns what puts all of it into effect, or null and
  /// `error`. Blocks, so not on an I/O thread.
  virtual std::function<void()> prepare(const auth_options& from,
                                        std::string& error)
    = 0;
};

} // namespace atrium
