#pragma once

#include "atrium/actors/util/semaphore.hpp"
#include "atrium/net/inspector/administrators.hpp"
#include "atrium/net/inspector/inspect_service.hpp"

#include <memory>

namespace atrium {

/// What the routes of operators need of the inspector; made once when the node
/// starts, and never changes.
struct inspector_access {
  inspect_service inspector;
  std::shared_ptr<const administrators> who_may_act;
  std::shared_ptr<semaphore>
    event_streams; ///< Bound of those who watch events.
};

} // namespace atrium
