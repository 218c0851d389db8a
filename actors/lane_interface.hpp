#pragma once

#include "atrium/actors/observable.hpp"

namespace atrium {

/// An I/O thread's actor: knows the thread's connections and which of them are
/// in which room.
using lane_actor = caf::typed_actor<
  // From a new connection of this thread.
  caf::reacts_to<open_session>,
  // From a room: the connection is a member; write `joined`.
  caf::reacts_to<add_member>,
  // From a room: what a member has missed.
  caf::reacts_to<catch_up>,
  // Internal: the sockets of those who catch up may have got something away.
  caf::reacts_to<tick_atom>,
  // From a room: the connection is a member no more; write `left`.
  caf::reacts_to<remove_member>,
  // From a room: one envelope for all its members on this lane.
  caf::reacts_to<fan_out>,
  // From the broadcaster: one envelope for all connections on this lane.
  caf::reacts_to<fan_out_all>,
  // From a room: a message to one member, or the node's words to all of them.
  caf::reacts_to<tell_member>, caf::reacts_to<tell_members>,
  // From the broadcaster: the node's words to all connections on this lane.
  caf::reacts_to<tell_all>,
  // From the directory: the room is dead; tell its members and forget it.
  caf::reacts_to<room_died>,
  // From the limiter: a user has too many connections, this one has to go.
  caf::reacts_to<close_one>,
  // From another connection of a user: is this one's client still there? And
  // internal: it had its time to say so.
  caf::reacts_to<probe_one>, caf::reacts_to<probe_overdue>,
  // To a connection of this lane that has asked so.
  caf::reacts_to<probe_answered>,
  // From the node: close all connections, a few at a time.
  caf::reacts_to<close_all>,
  // From the inspector: which connections there are, a page at a time, and
  // which of them have the most in their outbox.
  caf::replies_to<list_connections>::with<children>,
  caf::replies_to<list_slowest>::with<children>>::extend_with<observable_actor>;

} // namespace atrium
