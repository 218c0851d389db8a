#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace atrium {

/// What HTTP may take before there is a WebSocket, and whether it shows a page.
struct http_options {
  std::size_t max_header_bytes = 8'192;
  std::chrono::seconds handshake_timeout{10};
  std::string page; ///< `on` or `off`; empty: on if nobody proves who they are.
};

} // namespace atrium
