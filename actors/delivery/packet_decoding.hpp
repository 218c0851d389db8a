#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/broker/history.hpp"
#include "atrium/broker/room_note.hpp"
#include "atrium/broker/util/shared_bytes.hpp"
#include "atrium/broker/util/time.hpp"

#include <variant>
#include <vector>

namespace atrium {

/// A packet that no node of this version has made.
struct unreadable {};

/// A message that a node with larger limits has let in.
struct too_large {
  unix_time time; ///< When it was accepted.
};

/// Checks and decodes a packet from the bus. What is not for members is counted
/// (`delivery_counters`). `in_log` is its place where a log has said it, rather
/// than the packet.
std::variant<incoming, unreadable, too_large>
decode_incoming(const shared_bytes& bytes, const environment& env,
                std::shared_ptr<const log_place> in_log = nullptr);

/// Checks and decodes a packet that tells who comes into a room or goes
/// (`is_presence`). Where the room's rule is off, no node has made it.
std::variant<presence_event, unreadable>
decode_presence_event(const shared_bytes& bytes, const environment& env);

/// Checks and decodes a packet of what a room's owner says besides messages
/// (`is_notes`).
std::variant<room_notes, unreadable>
decode_room_notes(const shared_bytes& bytes, const environment& env);

/// Ends a page before a message that this node cannot give anybody, since one
/// with larger limits has let it in. A page that begins with such a message
/// says that it is lost: whoever reads on has to be told.
void end_at_too_large(history_page& page, const environment& env);

/// Checks and decodes what a log has answered, each message with its place.
/// What `decode_incoming` refuses is missing in the result.
std::vector<incoming> decode_stored(const history_page& page,
                                    const environment& env);

} // namespace atrium
