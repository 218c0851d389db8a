#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/util/live.hpp"
#include "atrium/net/admission/admission_limits.hpp"
#include "atrium/net/admission/place_sweep.hpp"
#include "atrium/net/admission/refused_origins.hpp"
#include "atrium/net/auth/authenticator.hpp"
#include "atrium/net/http/client_rules.hpp"
#include "atrium/net/monitoring/node_life.hpp"
#include "atrium/net/transport/listen_address.hpp"

#include <caf/fwd.hpp>

namespace atrium {

/// What the sessions of a node have in common; made once when it starts. What
/// SIGHUP changes, they read where it stands: nothing here is replaced but
/// `rules`.
struct node_context {
  caf::actor_system& system;
  live<client_rules> rules;
  environment_ptr env;
  directory_actor directory;
  std::shared_ptr<semaphore> connections; ///< Bound of open WebSockets.
  std::shared_ptr<struct client_counters> client_counts;
  std::shared_ptr<const node_life> life;
  std::shared_ptr<const class health> health;
  std::shared_ptr<class authenticator>
    authenticator; ///< Null: everybody is believed.
  std::shared_ptr<const class node_metrics> metrics;
  std::shared_ptr<place_sweep> sweep;
  std::shared_ptr<const struct inspector_access> inspection;
  std::shared_ptr<const struct api_access> api;
  std::shared_ptr<class admission_limits> admission;
  std::optional<listen_address> internal; ///< Where operators are served.
  std::shared_ptr<refused_origins> refused
    = std::make_shared<refused_origins>();
};

using node_context_ptr = std::shared_ptr<const node_context>;

} // namespace atrium
