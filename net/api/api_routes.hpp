#pragma once

#include "atrium/net/http/http_routes.hpp"

namespace atrium {

/// Admits who shows a key, as far as the bounds of the API allow.
extern const http_gate api_gate;

/// Words what HTTP itself has to say in the form of the API's errors.
http_answer api_problem(unsigned status, std::string_view code,
                        std::string_view message);

/// Describes the API, to everybody.
http_answer describe_api(const node_context& node, const http_request& x);

/// Runs the command of a request that has passed the gate.
void answer_api(http_session& from, http_route::responder respond);

} // namespace atrium
