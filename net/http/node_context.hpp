#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/net/admission/admission_limits.hpp"
#include "atrium/net/admission/client_rate_limiter.hpp"
#include "atrium/net/admission/origin_rules.hpp"
#include "atrium/net/admission/place_sweep.hpp"
#include "atrium/net/admission/refused_origins.hpp"
#include "atrium/net/admission/trusted_proxies.hpp"
#include "atrium/net/auth/authenticator.hpp"
#include "atrium/net/http/http_options.hpp"
#include "atrium/net/monitoring/node_life.hpp"
#include "atrium/net/protocol/protocol.hpp"
#include "atrium/net/protocol/session_options.hpp"
#include "atrium/net/transport/listen_address.hpp"

#include <caf/fwd.hpp>

namespace atrium {

/// What the sessions of a node have in common; made once when it starts.
struct node_context {
  caf::actor_system& system;
  http_options http;
  session_options session;
  environment_ptr env;
  directory_actor directory;
  protocol::node_settings settings;
  client_rates rates;
  std::shared_ptr<semaphore> connections; ///< Bound of open WebSockets.
  std::shared_ptr<struct client_counters> client_counts;
  std::shared_ptr<const node_life> life;
  std::shared_ptr<const class health> health;
  std::shared_ptr<class authenticator>
    authenticator; ///< Null: everybody is believed.
  std::vector<std::string>
    shown_headers; ///< To `authenticator`, of the upgrade.
  origin_rules origins;
  bool has_page = true; ///< Clients are shown the chat page.
  std::shared_ptr<const class node_metrics> metrics;
  std::shared_ptr<place_sweep> sweep;
  std::shared_ptr<const struct inspector_access> inspection;
  std::shared_ptr<const struct api_access> api;
  std::shared_ptr<class admission_limits> admission;
  trusted_proxies proxies;
  bool proxy_protocol = false; ///< Clients come through trusted proxies only.
  std::optional<listen_address> internal; ///< Where operators are served.
  std::shared_ptr<refused_origins> refused
    = std::make_shared<refused_origins>();
};

using node_context_ptr = std::shared_ptr<const node_context>;

} // namespace atrium
