#pragma once

#include "atrium/actors/util/frame.hpp"

#include <string>
#include <vector>

namespace atrium {

/// What to tell a client of a room whose messages were dropped.
struct room_gap {
  frame::topic_number topic = 0;
  room_span missed;
};

/// Returns what clients have to be told for whom these messages of rooms were
/// dropped, oldest first: one gap for each room. Gaps that were dropped along
/// with them are part of the new ones.
std::vector<room_gap> gaps_left_by(const std::vector<frame>& dropped);

} // namespace atrium
