#pragma once

#include "atrium/broker/redis/redis_access.hpp"
#include "atrium/broker/redis/redis_address.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace atrium {

/// What joins the nodes.
struct bus_options {
  std::vector<std::string> redis;  ///< Addresses; none: the in-process bus.
  redis_access_files redis_access; ///< What lets the node in there.
  std::string name_space = "dev:atrium";
  std::size_t pending = 65'536; ///< Messages that wait for Redis.
  std::size_t pending_bytes = 67'108'864;

  /// A node that is silent for so long is dead.
  std::chrono::milliseconds lease = std::chrono::seconds{15};
};

/// Returns the addresses in `from`, which are sound.
std::vector<redis_address> redis_addresses(const bus_options& from);

/// Returns how many connections a client of these may have, about.
std::size_t most_links(const bus_options& from);

/// Returns whether one of them has TLS.
bool needs_tls(const bus_options& from);

/// Returns which addresses of Redis and which files for them do not go
/// together, or nothing; reads no files.
std::string check_bus(const bus_options& from);

} // namespace atrium
