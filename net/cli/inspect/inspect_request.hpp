#pragma once

#include "atrium/net/cli/inspect/inspect_options.hpp"

#include <string>

namespace atrium::tool {

// What is asked of a node for a task.

/// Whether the task is a list that comes in pages.
bool is_paged(task x);

/// What is asked of the inspector for it: `rooms/lobby`. Lists without their
/// page (page_walk.hpp), acts with what is to be done.
std::string target_of(const inspect_options& from);

/// What goes with an act: the data that is published.
std::string body_of(const inspect_options& from);

/// Whether the task changes something.
bool is_act(task x);

} // namespace atrium::tool
