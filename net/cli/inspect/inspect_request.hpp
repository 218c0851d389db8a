#pragma once

#include "atrium/net/cli/inspect/inspect_options.hpp"

#include <string>

namespace atrium::tool {

// What is asked of a node for a task.

/// What is asked of the inspector for it: `rooms/lobby`. Lists without their
/// page (page_walk.hpp), acts with what is to be done.
std::string target_of(const inspect_options& from);

/// What goes with an act: the data that is published.
std::string body_of(const inspect_options& from);

} // namespace atrium::tool
