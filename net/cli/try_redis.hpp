#pragma once

#include "atrium/broker/redis/check/redis_needs.hpp"

#include <optional>
#include <string>
#include <vector>

namespace atrium {

struct options;

/// Returns what nodes with these options want of Redis.
redis_needs needs_of(const options& from);

/// For `atrium check-config --connect`: tries each `--redis` as a node would,
/// and says on stderr what is wrong, a line for each finding. Returns what else
/// was found, or nothing if a node would not work. Blocks, for ten seconds at
/// most for each address.
std::optional<std::vector<std::string>> try_redis(const options& from);

} // namespace atrium
