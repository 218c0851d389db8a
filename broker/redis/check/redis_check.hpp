#pragma once

#include "atrium/broker/redis/check/redis_needs.hpp"
#include "atrium/broker/redis/check/redis_report.hpp"
#include "atrium/broker/redis/redis_access.hpp"
#include "atrium/broker/redis/redis_address.hpp"

namespace atrium {

/// Tries an address as a node would, and says what is wrong, what matters most
/// first. It leaves nothing behind. Blocks, for ten seconds at most.
std::vector<redis_finding> check_redis(const redis_address& at,
                                       const redis_access& access,
                                       const redis_needs& needs);

} // namespace atrium
