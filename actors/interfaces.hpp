#pragma once

#include "atrium/actors/observable.hpp"

namespace atrium {

// Every actor of the node and every message it understands; the others are in
// connection_, lane_, cluster_ and owner_interface. Who sends what:
//
//   session ─▶ connection ─▶ directory ─▶ room ─▶ subscription ─▶ bus
//      ▲            │  ▲ └──────────────▶  │ ▲                      │
//      │            │  └────── user ◀──┐   │ └──── subscription ◀───┤
//      └─ session ◀─┴──────── lane ◀───┼───┘                        │
//                               ▲      └────────────────────────────┤
//                               └─ broadcaster ◀── subscription ◀───┘
//
// Nobody writes to a socket but connections and lanes, through a session.

/// Whoever has a subscription: rooms and the broadcaster.
using subscriber_actor = caf::typed_actor<
  // The bus delivers from now on.
  caf::reacts_to<subscribed>,
  // Envelopes that came in one read of the bus.
  caf::reacts_to<arrived>,
  // Messages may be missing: the bus was lost for a while and is back, or more
  // has come than the node takes.
  caf::reacts_to<interrupted>,
  // The bus will never carry this channel.
  caf::reacts_to<channel_refused>>::extend_with<composite_actor>;

/// Whoever listens to a channel of the bus by itself: subscriptions and users.
using listener_actor = caf::typed_actor<
  // Packets as they came from the bus, to be checked and decoded.
  caf::reacts_to<packets>,
  // What the bus says about the channel, as above.
  caf::reacts_to<subscribed>, caf::reacts_to<interrupted>,
  caf::reacts_to<channel_refused>>::extend_with<observable_actor>;

/// Holds one bus subscription for the actor that has spawned it.
using subscription_actor = listener_actor;

/// Whoever runs the logic of a room.
using logic_actor = caf::typed_actor<
  // Internal: something that the logic has begun may be due.
  caf::reacts_to<room_wake>,
  // From tasks that it has begun.
  caf::reacts_to<task_finished>, caf::reacts_to<task_refused>,
  caf::reacts_to<task_reported>>;

/// A room that has members on this node.
using room_actor = caf::typed_actor<
  // From a connection, by way of the directory: it wants to become a member.
  // Answered when the bus carries the channel; errors are those of `errc`.
  caf::replies_to<join_room>::with<join_accepted>,
  // From the bus: it carries the channel, still.
  caf::reacts_to<channel_carried>,
  // From a connection: it wants to be a member no more.
  caf::reacts_to<leave_room>,
  // From a connection: a message to the room.
  caf::reacts_to<publish_in_room>,
  // From the directory: a message of the back end.
  caf::reacts_to<post_in_room>,
  // From the directory, after the room has offered to passivate, or because the
  // back end wants it to end.
  caf::reacts_to<stop_atom>, caf::reacts_to<close_room>,
  // From the history of its channel, and from the presence.
  caf::reacts_to<history_answered>, caf::reacts_to<presence_counted>,
  // From a lane: a member that has much to catch up on can take more.
  caf::reacts_to<caught_up>,
  // Internal: the custom room's clock, and deadlines.
  caf::reacts_to<tick_atom>, caf::reacts_to<room_deadline>,
  caf::reacts_to<room_lingered>, caf::reacts_to<history_due>,
  caf::reacts_to<presence_overdue>,
  // From the owner table: who owns it, and which nodes are gone.
  caf::reacts_to<owner_found>, caf::reacts_to<runs_lost>,
  // Internal: its requests to the owner have to be looked at.
  caf::reacts_to<link_due>,
  // From the inspector: who is in it, a page at a time.
  caf::replies_to<list_members>::with<members_page>>::
  extend_with<subscriber_actor>::extend_with<logic_actor>;

/// A user who has connections on this node.
using user_actor = caf::typed_actor<
  // From the directory: one more connection of this user.
  caf::reacts_to<sign_on>,
  // From the bus: it carries the channel, still.
  caf::reacts_to<channel_carried>,
  // From the limiter: whether one of them may stay.
  caf::reacts_to<lease_decided>,
  // From a connection without a place: it knows now whose clients are silent.
  caf::reacts_to<insist>,
  // From the directory: what the back end does to the connections.
  caf::reacts_to<command_user>,
  // From the directory, after the user has offered to passivate.
  caf::reacts_to<stop_atom>>::extend_with<listener_actor>;

/// Holds the node's one subscription to the all-channel.
using broadcaster_actor = subscriber_actor;

/// Finds or spawns rooms and users by name, and supervises them.
using directory_actor = caf::typed_actor<
  // From a connection: passed on to the room of that name, which answers.
  caf::replies_to<join_room>::with<join_accepted>,
  // From a connection: passed on to the user of that name.
  caf::reacts_to<sign_on>,
  // From the HTTP API: a message for a room with logic of its own.
  caf::reacts_to<post_in_room>,
  // From the cluster, on behalf of the back end: for a user, and for a room.
  caf::reacts_to<command_user>, caf::reacts_to<close_room>,
  // From a room or user that has nobody left: may it stop?
  caf::reacts_to<passivate>,
  // Stops all rooms, all users and then itself.
  caf::reacts_to<stop_atom>,
  // From the inspector: which rooms and users there are, a page at a time, or
  // which one has a number; and which rooms are the busiest.
  caf::replies_to<list_children>::with<children>,
  caf::replies_to<find_child>::with<children>,
  caf::replies_to<list_busiest>::with<busy_rooms>,
  // From the cluster, for the HTTP API: which rooms have members here.
  caf::replies_to<list_occupied>::with<occupied_rooms>>::
  extend_with<composite_actor>;

} // namespace atrium
