#pragma once

#include "atrium/actors/observable.hpp"

namespace atrium {

/// One client's connection. Lives on the thread of its lane.
using connection_actor = caf::typed_actor<
  // From the socket: a request of the client.
  caf::reacts_to<from_client>,
  // From the socket: the client has shown a newer token.
  caf::reacts_to<renewed>,
  // From the socket: it is closed.
  caf::reacts_to<disconnected>,
  // From a room: the connection is a member no more.
  caf::reacts_to<leave_done>,
  // From the lane: the room has died.
  caf::reacts_to<room_lost>,
  // From the bus or a room: what became of a publish, send or broadcast.
  caf::reacts_to<outcome>,
  // From a history: what it has of what the client wants. From the presence:
  // who is in the room that the client asks about.
  caf::reacts_to<history_read>, caf::reacts_to<presence_read>,
  // From an inbox: what the device has not acknowledged, and what became of an
  // acknowledgement. Internal: time to ask again.
  caf::reacts_to<inbox_read>, caf::reacts_to<acknowledged>,
  caf::reacts_to<inbox_due>,
  // From the user: sign-on is complete, the client may talk.
  caf::reacts_to<signed_on>,
  // From the user: there is no place for another connection, or the bus refuses
  // the channel that it needs.
  caf::reacts_to<turned_away>,
  // From the lane: whether one that has a place is there. Internal: the others
  // had their time to say so.
  caf::reacts_to<rival_found>, caf::reacts_to<rivals_overdue>,
  // From the user: a message to the user, or the node's words to it.
  caf::reacts_to<push_frame>, caf::reacts_to<push_reply>,
  // From the user: what a back end does to it.
  caf::reacts_to<command_connection>>::extend_with<observable_actor>;

} // namespace atrium
