#pragma once

#include "atrium/net/http/http_routes.hpp"

namespace atrium {

/// Admits who shows a key, as far as the bounds of the API allow.
extern const http_gate api_gate;

/// Describes the API, to everybody.
http_answer describe_api(const node_context& node, const http_request& x);

/// Runs the command of a request that has passed the gate.
void answer_api(http_session& from, http_route::responder respond);

} // namespace atrium
