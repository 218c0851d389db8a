#pragma once

#include "atrium/net/http/http_types.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Returns the answer to a request that asks for no WebSocket, or in a way that
/// RFC 6455, 4.2.1, forbids.
std::optional<http_answer> refuse_handshake(const http_request& x);

/// Returns the answer to all others (RFC 6455, 4.2.2), by `subprotocol` if that
/// is offered.
std::string accept_handshake(const http_request& x,
                             std::string_view subprotocol);

} // namespace atrium
