#pragma once

#include "atrium/net/inspector/inspect_target.hpp"
#include "atrium/net/inspector/inspector_context.hpp"

#include <string>

namespace atrium {

// Connections, which only their lanes know, and actors of any kind.

void view_connections(const inspector_context& by, const inspect_target& x,
                      inspect_answer to);

void view_connection(const inspector_context& by, const std::string& id,
                     bool everywhere, inspect_answer to);

void view_actor(const inspector_context& by, const std::string& number,
                inspect_answer to);

void view_found(const inspector_context& by, const inspect_target& x,
                inspect_answer to);

} // namespace atrium
