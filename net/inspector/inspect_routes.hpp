#pragma once

#include "atrium/net/http/http_routes.hpp"

#include <memory>
#include <optional>

namespace atrium {

// What the internal listener has for those who look into the node. Handlers of
// routes, see there.

/// Refuses what a page of another site has a browser ask for: one that says so
/// by its origin, or whose name is bound anew to this machine (DNS rebinding).
std::optional<std::string_view> refuse_foreign_page(const node_context& node,
                                                    const http_request& x);

/// The page for people.
http_answer show_inspector(const node_context& node, const http_request& x);

/// What a target of the inspector looks like; by POST, for administrators: does
/// something.
void answer_inspect(const node_context& node, const http_request& x,
                    http_route::responder respond);

/// The least important messages that are logged; by POST of
/// `{"level":"debug"}`, for administrators: changes it.
void answer_log_level(const node_context& node, const http_request& x,
                      http_route::responder respond);

/// What happens, as it happens; 503 when too many listen already.
void stream_events(std::shared_ptr<http_session> from);

} // namespace atrium
