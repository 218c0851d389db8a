#pragma once

#include "atrium/net/cli/inspect/inspect_options.hpp"
#include "atrium/net/cli/inspect/object_lines.hpp"

namespace atrium::tool {

/// Returns a view of the node, or what it says of an act, as lines for a
/// terminal `width` columns wide (0: as wide as they are). Printable, whatever
/// is in the view; what is missing in it is missing in the lines.
lines view_lines(task what, const json& view, std::size_t width);

// Parts that other screens have, too; empty where there is nothing to show.

lines room_table(const json& top, std::size_t width);
lines slow_table(const json& top, std::size_t width);
lines mailbox_table(const json& top, std::size_t width);

} // namespace atrium::tool
