#pragma once

#include "atrium/net/http/http_types.hpp"

#include <optional>

namespace atrium {

/// Returns the answer to a request that asks for no WebSocket, or in a way that
/// RFC 6455, 4.2.1, forbids; otherwise leaves of its lists what the upgrade
/// needs.
std::optional<http_answer> refuse_handshake(http_request& x);

} // namespace atrium
