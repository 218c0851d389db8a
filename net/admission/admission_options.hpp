#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace atrium {

/// Who may come in, and how many.
struct admission_options {
  std::size_t max_connections = 100'000;
  std::size_t max_pending = 16'384; ///< TCP connections, not upgraded yet.
  std::size_t connections_per_address = 0;    ///< 0: no limit.
  std::size_t handshakes_per_second = 10'000; ///< 0: no limit.
  std::string memory_watermark = "90%";       ///< Or bytes; 0: none.
  std::vector<std::string> allow_origin; ///< Empty: the node's own host only.
  bool allow_anonymous = false;
  std::vector<std::string> trusted_proxies; ///< Empty: nobody's word counts.
  bool proxy_protocol = false;
};

} // namespace atrium
