#pragma once

#include <cstdint>

namespace atrium {

/// What a link to Redis is for.
enum class link_purpose : std::uint8_t {
  commands,      ///< Everything may be asked.
  subscriptions, ///< Nothing but PING.
  sentinel,      ///< It leads to a sentinel, which is no master.
  topology,      ///< To some node of a cluster, whether it is a master or not.
};

} // namespace atrium
