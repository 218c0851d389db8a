#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/net/options.hpp"
#include "atrium/net/protocol.hpp"

#include <caf/fwd.hpp>

namespace atrium {

/// What the sessions of a node have in common; made once when it starts.
struct node_context {
  caf::actor_system& system;
  struct options options;
  environment_ptr env;
  directory_actor directory;
  protocol::node_facts facts;
  std::shared_ptr<gate> connections; ///< Bound of open WebSockets.

  /// Set when the node stops: nobody is let in any more.
  std::shared_ptr<std::atomic<bool>> stopping
    = std::make_shared<std::atomic<bool>>(false);
};

using node_context_ptr = std::shared_ptr<const node_context>;

} // namespace atrium
