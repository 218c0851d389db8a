#pragma once

#include <string>

namespace atrium {

/// One who ends events of dead nodes: the sink of this one. All calls come from
/// the thread of the client, while the client calls its callers: none may be
/// added or removed, nor work be done at once (`go_on_soon`).
class lease_heir {
public:
  virtual ~lease_heir() = default;

  /// There are events under the lease of a dead node. The heir says
  /// `redis_lease::inherited` when they are ended; it may be asked again.
  virtual void inherit(const std::string& lease_id) = 0;
};

} // namespace atrium
