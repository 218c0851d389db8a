#pragma once

#include "atrium/actors/room_request.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_writer.hpp"

#include <optional>

namespace atrium {

/// Appends what a control packet says of a request; what is empty is left out.
void append_members(json_writer& out, const room_request& x);

/// Reverses that; nothing if a member makes no sense, or one is missing that
/// the kind of request needs.
std::optional<room_request> read_room_request(const json_object& x);

} // namespace atrium
