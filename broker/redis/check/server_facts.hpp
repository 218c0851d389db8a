#pragma once

#include "atrium/broker/redis/check/redis_report.hpp"
#include "atrium/broker/redis/redis_address.hpp"
#include "atrium/broker/redis/resp_reply.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// What a server says that it is. Everybody may ask: HELLO needs no right.
struct server_facts {
  std::string software; ///< `redis`, `valkey`, ...
  std::string version;
  std::string mode; ///< `standalone`, `sentinel` or `cluster`.
  std::string role; ///< `master` or `replica`; of sentinels nothing.
};

/// Reads the answer to HELLO; nothing if it is something else.
std::optional<server_facts> read_hello(resp_reply reply);

/// Adds what is wrong with a server at an address that is to be of `kind`: too
/// old, or of another kind.
void judge_kind(const server_facts& x, redis_kind kind, redis_report& to);

/// Returns e.g. `Redis 7.0.15, a master`.
std::string describe(const server_facts& x);

/// Returns the value of a line `name:value` in an answer to INFO.
std::optional<std::string> info_value(std::string_view info,
                                      std::string_view name);

} // namespace atrium
