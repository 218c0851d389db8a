#pragma once

#include "atrium/actors/util/frame.hpp"

#include <vector>

namespace atrium {

/// Returns what to tell a client for whom these messages of rooms were dropped,
/// oldest first: one `gap` for each room. Gaps that were dropped along with
/// them are part of the new ones. Those may be dropped, too, when it comes to
/// that.
std::vector<frame> gaps_left_by(const std::vector<frame>& dropped);

} // namespace atrium
