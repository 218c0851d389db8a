#pragma once

#include "atrium/net/inspector/inspect_target.hpp"
#include "atrium/net/inspector/inspector_context.hpp"

#include <string>

namespace atrium {

// Who takes most, and the tree of all actors.

void view_top(const inspector_context& by, const inspect_target& x,
              inspect_answer to);

void view_tree(const inspector_context& by, const inspect_target& x,
               inspect_answer to);

} // namespace atrium
