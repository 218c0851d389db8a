#pragma once

#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/redis_access.hpp"
#include "atrium/broker/redis/redis_address.hpp"
#include "atrium/broker/tcp/name_lookup.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace atrium {

/// Where a Redis is, and how patient its client is; the defaults suit
/// production.
struct redis_client_config {
  redis_address address;

  /// Others that share the keys with it, and know nothing of each other.
  std::vector<redis_address> others;

  /// What lets us in there, which may be replaced; null: what the address says.
  std::shared_ptr<current_access> access;

  /// Shown by `CLIENT LIST` with `.cmd` or `.sub` appended; no spaces.
  std::string client_name = "atrium";

  /// Before "cmd" and "sub", in the log, too: tells apart several clients.
  std::string link_prefix;

  /// What each step of coming up may take: a name has to be resolved, one of
  /// its addresses has to answer, and the connection has to be set up. A name
  /// that takes longer is a line in the log, and is waited for all the same.
  std::chrono::milliseconds resolve_timeout{5'000};
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds setup_timeout{3'000};

  /// A link asks for a sign of life this often, and is lost if nothing arrives
  /// for `ping_timeout` after that.
  std::chrono::milliseconds ping_idle{1'000};
  std::chrono::milliseconds ping_timeout{3'000};

  /// A key that is written to, without effect, to learn whether the server
  /// takes writes at all; empty: that is not asked.
  std::string write_key;

  /// Pauses between attempts double from the floor up to the cap.
  std::chrono::milliseconds backoff_floor{50};
  std::chrono::milliseconds backoff_cap{1'000};

  /// Receives the lines of the client and of its callers; may be empty.
  bus_log log;

  /// Resolves names; replaced by tests.
  name_lookup::resolver resolve = resolve_name;
};

} // namespace atrium
