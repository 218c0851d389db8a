#pragma once

#include "atrium/net/inspector/inspect_target.hpp"
#include "atrium/net/inspector/inspector_context.hpp"

#include <string>
#include <vector>

namespace atrium {

// Messages to users that no device has acknowledged in time. What is in them is
// not shown: whoever looks is no receiver.

/// Shows those of a user, by pages; with no name those of all users.
void view_dead_letters(const inspector_context& by, const std::string& user,
                       const inspect_target& x, inspect_answer to);

/// Sends or removes those of a user: `path` is behind `dead-letters`, such as
/// `NAME/replay` for all or `NAME/purge/ID` for one.
void act_on_dead_letters(const inspector_context& by,
                         const std::vector<std::string>& path,
                         inspect_answer to);

} // namespace atrium
