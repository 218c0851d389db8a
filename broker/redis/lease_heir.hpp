#pragma once

#include <string>

namespace atrium {

/// Ends the connections and members that a dead node has told of: the sink of
/// this node does. All calls come from the thread of the client, while the
/// client calls its callers: the heir adds and removes no caller, and begins to
/// work only later (`redis_task::go_on_soon`).
class lease_heir {
public:
  virtual ~lease_heir() = default;

  /// Something stands under the lease of a dead node. The heir calls
  /// `redis_lease::inherited` when nothing is left; it may be asked again.
  virtual void inherit(const std::string& lease_id) = 0;
};

} // namespace atrium
