#pragma once

#include "atrium/net/inspector/inspect_target.hpp"
#include "atrium/net/inspector/inspector_context.hpp"

#include <string>

namespace atrium {

// The node, its rooms, users and owners, and what happens.

void view_node(const inspector_context& by, inspect_answer to);

void view_children(const inspector_context& by, child_kind kind,
                   const inspect_target& x, inspect_answer to);

void view_here(const inspector_context& by, child_kind kind,
               const std::string& name, inspect_answer to);

void view_members(const inspector_context& by, const std::string& room,
                  const inspect_target& x, inspect_answer to);

void view_events(const inspector_context& by, const inspect_target& x,
                 inspect_answer to);

} // namespace atrium
