#pragma once

#include "atrium/net/cli/inspect/object_lines.hpp"

namespace atrium::tool {

/// Returns the view `tree` as lines: who has spawned whom. Printable.
lines tree_lines(const json& view);

} // namespace atrium::tool
