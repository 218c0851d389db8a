#pragma once

#include "atrium/broker/event_sink.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace atrium {

// How events look to the back end: JSON objects, described in
// net/events/README.md.

/// Returns the event as an object that has no number yet.
std::string event_text(const backend_event& x, std::string_view node);

/// Returns `{"type":"<type>",…}` for a room that this event has occupied or
/// vacated.
std::string room_event_text(std::string_view type, const backend_event& x,
                            std::string_view node);

/// Returns the event with its number in front.
std::string numbered(std::uint64_t n, std::string_view event);

/// Names what the event begins or ends for the time in between: a connection,
/// or a connection and a room, `<connection> <room>`.
std::string event_subject(const backend_event& x);

} // namespace atrium
