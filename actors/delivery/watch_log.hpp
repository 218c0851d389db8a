#pragma once

#include "atrium/actors/replies.hpp"
#include "atrium/actors/room_logic.hpp"
#include "atrium/actors/util/watch_list.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace atrium {

struct envelope_parts;

} // namespace atrium

/// The lines about users and rooms that the operator watches (watch_list.hpp),
/// all at the level info and with names that begin with `trace_`. Whoever calls
/// has asked the list. They tell who, where, how much and by which ids, never
/// what is said. Any thread.
namespace atrium::watch_log {

/// The connection has got its `welcome`.
void connected(const member& who, std::string_view address);

/// A request has come, whatever will become of it.
void requested(const member& who, const client_request& x);

/// A member has come or gone.
void joined(const std::string& room, const member& who);
void left(const std::string& room, const member& who);

/// A room has refused a join or a message.
void refused(const std::string& room, const member& who, errc code);

/// The logic of a room has answered a message, which goes to nobody.
void answered(const std::string& room, const member& who);

/// A message is on its way to the bus.
void published(const envelope_parts& x);

/// A message has come from the bus and goes to `receivers` connections of this
/// node; `missed` more would get it if their lanes kept up. Of what is for
/// everybody each lane tells its own part.
void delivered(const watch_note& x, std::size_t receivers,
               std::size_t missed = 0, std::string_view lane = {});

/// A message goes to a client's outbox, as so many bytes.
void received(const member& who, const packet_head& x, std::size_t bytes);

/// Messages may have been missed; `who` has been told, or all of a room.
void missed(const gap& x);
void missed(const gap& x, const member& who);

} // namespace atrium::watch_log
