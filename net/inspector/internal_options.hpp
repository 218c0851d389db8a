#pragma once

#include "atrium/net/transport/tls_options.hpp"

#include <string>

namespace atrium {

/// How operators are served.
struct internal_options {
  /// HOST:PORT, `unix://PATH` or `off`; empty: next to the clients' address.
  std::string address;
  tls_options tls{"internal-tls"};
  std::string admin_token_file; ///< Empty: this machine only may act.
};

} // namespace atrium
