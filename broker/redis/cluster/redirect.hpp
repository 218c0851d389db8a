#pragma once

#include "atrium/broker/redis/resp_reply.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace atrium {

/// What a server of a cluster answers instead of doing what it was told.
struct redirect {
  bool asks = false; ///< `ASK`: for this command only; else `MOVED`: for good.
  std::uint16_t slot = 0;
  std::string_view host; ///< Empty: that of the server that says so.
  std::uint16_t port = 0;
};

/// Reads `MOVED slot host:port` or `ASK slot host:port`. The host is a part of
/// `reply`. None: the reply is another, or does not know where.
std::optional<redirect> read_redirect(resp_reply reply) noexcept;

} // namespace atrium
