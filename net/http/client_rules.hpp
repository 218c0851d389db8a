#pragma once

#include "atrium/net/admission/client_rate_limiter.hpp"
#include "atrium/net/admission/origin_rules.hpp"
#include "atrium/net/admission/rate_options.hpp"
#include "atrium/net/admission/trusted_proxies.hpp"
#include "atrium/net/http/http_options.hpp"
#include "atrium/net/protocol/protocol.hpp"
#include "atrium/net/protocol/session_options.hpp"

#include <string>
#include <vector>

namespace atrium {

/// How clients are served, as far as a running node may change that. A
/// connection that looks at `node_context::rules` anew follows the new rules; a
/// bound that its client was told, or its buffers were made for, it keeps.
struct client_rules {
  http_options http;
  session_options session;
  protocol::node_settings settings;
  client_rates rates{rate_options{}};
  std::vector<std::string>
    shown_headers; ///< To the authenticator, of the upgrade.
  origin_rules origins;
  trusted_proxies proxies{{}};
  bool proxy_protocol = false; ///< Clients come through trusted proxies only.
  bool has_page = true;        ///< Clients are shown the chat page.
};

} // namespace atrium
