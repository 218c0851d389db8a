#pragma once

#include <caf/atom.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <string>

namespace atrium {

// The messages; what is in them: actors/messages.hpp.
struct subscribed;
struct arrived;
struct interrupted;
struct channel_refused;
struct channel_carried;
struct packets;
struct join_room;
struct leave_room;
struct publish_in_room;
struct room_deadline;
struct room_lingered;
struct sign_on;
struct seated;
struct insist;
struct passivate;
struct open_outlet;
struct add_member;
struct remove_member;
struct fan_out;
struct fan_out_all;
struct tell_member;
struct tell_members;
struct tell_all;
struct room_died;
struct close_one;
struct probe_one;
struct probe_overdue;
struct probe_answered;
struct close_all;
struct from_client;
struct disconnected;
struct join_accepted;
struct leave_done;
struct room_lost;
struct outcome;
struct signed_on;
struct turned_away;
struct rival_found;
struct rivals_overdue;
struct renewed;
struct push_frame;
struct push_reply;
struct list_children;
struct list_connections;
struct list_slowest;
struct list_busiest;
struct busy_rooms;
struct list_parts;
struct list_members;
struct members_page;
struct children;
struct ask_nodes;
struct answer_by;
struct nodes_listed;
struct question_unsent;
struct question_overdue;
struct node_answered;
struct node_packets;

// Every actor of the node and every message it understands. Who sends what:
//
//   session ─▶ connection ─▶ directory ─▶ room ─▶ subscription ─▶ bus
//      ▲            │  ▲ └──────────────▶  │ ▲                      │
//      │            │  └────── user ◀──┐   │ └──── subscription ◀───┤
//      └── outlet ◀─┴──────── lane ◀───┼───┘                        │
//                               ▲      └────────────────────────────┤
//                               └─ everyone ◀───── subscription ◀───┘
//
// Nobody writes to a socket but connections and lanes, through an outlet.

/// Tells an actor to end; who spawned it says so.
using stop_atom = caf::atom_constant<caf::atom("stop")>;

/// A room's own timer.
using tick_atom = caf::atom_constant<caf::atom("tick")>;

/// Asks an actor how it is.
using observe_atom = caf::atom_constant<caf::atom("observe")>;

/// Every actor of the node.
using observable_actor = caf::typed_actor<
  // From the inspector: its state, as the text of one JSON object.
  caf::replies_to<observe_atom>::with<std::string>>;

/// One that has spawned actors for itself.
using composite_actor = caf::typed_actor<
  // From the inspector: which these are.
  caf::replies_to<list_parts>::with<children>>::extend_with<observable_actor>;

/// Whoever has a subscription: rooms and everyone.
using subscriber_actor = caf::typed_actor<
  // The bus delivers from now on.
  caf::reacts_to<subscribed>,
  // Envelopes that came in one read of the bus.
  caf::reacts_to<arrived>,
  // The bus was lost for a while and is back.
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
  // From the directory, after the room has offered to passivate.
  caf::reacts_to<stop_atom>,
  // Internal: the custom room's clock, and deadlines.
  caf::reacts_to<tick_atom>, caf::reacts_to<room_deadline>,
  caf::reacts_to<room_lingered>,
  // From the inspector: who is in it, a page at a time.
  caf::replies_to<list_members>::with<members_page>>::
  extend_with<subscriber_actor>;

/// A user who has connections on this node.
using user_actor = caf::typed_actor<
  // From the directory: one more connection of this user.
  caf::reacts_to<sign_on>,
  // From the bus: it carries the channel, still.
  caf::reacts_to<channel_carried>,
  // From the registry: whether one of them may stay.
  caf::reacts_to<seated>,
  // From a connection without a place: it knows now whose clients are silent.
  caf::reacts_to<insist>,
  // From the directory, after the user has offered to passivate.
  caf::reacts_to<stop_atom>>::extend_with<listener_actor>;

/// Holds the node's one subscription to the all-channel.
using everyone_actor = subscriber_actor;

/// Finds or spawns rooms and users by name, and supervises them.
using directory_actor = caf::typed_actor<
  // From a connection: passed on to the room of that name, which answers.
  caf::replies_to<join_room>::with<join_accepted>,
  // From a connection: passed on to the user of that name.
  caf::reacts_to<sign_on>,
  // From a room or user that has nobody left: may it stop?
  caf::reacts_to<passivate>,
  // Stops all rooms, all users and then itself.
  caf::reacts_to<stop_atom>,
  // From the inspector: which rooms and users there are, a page at a time; and
  // which rooms are the busiest.
  caf::replies_to<list_children>::with<children>,
  caf::replies_to<list_busiest>::with<busy_rooms>>::
  extend_with<composite_actor>;

/// An I/O thread's actor: knows the thread's connections and which of them are
/// in which room.
using lane_actor = caf::typed_actor<
  // From a new connection of this thread.
  caf::reacts_to<open_outlet>,
  // From a room: the connection is a member; write `joined`.
  caf::reacts_to<add_member>,
  // From a room: the connection is a member no more; write `left`.
  caf::reacts_to<remove_member>,
  // From a room: one envelope for all its members on this lane.
  caf::reacts_to<fan_out>,
  // From everyone: one envelope for all connections on this lane.
  caf::reacts_to<fan_out_all>,
  // From a room: a message to one member, or the node's words to all of them.
  caf::reacts_to<tell_member>, caf::reacts_to<tell_members>,
  // From everyone: the node's words to all connections on this lane.
  caf::reacts_to<tell_all>,
  // From the directory: the room is dead; tell its members and forget it.
  caf::reacts_to<room_died>,
  // From the registry: a user has too many connections, this one has to go.
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
  // From the user: sign-on is complete, the client may talk.
  caf::reacts_to<signed_on>,
  // From the user: there is no place for another connection, or the bus refuses
  // the channel that it needs.
  caf::reacts_to<turned_away>,
  // From the lane: whether one that has a place is there. Internal: the others
  // had their time to say so.
  caf::reacts_to<rival_found>, caf::reacts_to<rivals_overdue>,
  // From the user: a message to the user, or the node's words to it.
  caf::reacts_to<push_frame>,
  caf::reacts_to<push_reply>>::extend_with<observable_actor>;

/// Asks all nodes and answers what they ask; behind `cluster`. Lives on the
/// thread that serves operators.
using cluster_actor = caf::typed_actor<
  // From `cluster`: a question to all nodes, and who answers theirs.
  caf::reacts_to<ask_nodes>, caf::reacts_to<answer_by>,
  // From the roll: which nodes there are.
  caf::reacts_to<nodes_listed>,
  // From the bus: what nodes ask and answer; or it has not taken a question.
  caf::reacts_to<node_packets>, caf::reacts_to<question_unsent>,
  // From whoever answers: for a question of this node or of another.
  caf::reacts_to<node_answered>,
  // Internal: nobody waits any longer.
  caf::reacts_to<question_overdue>,
  // From `cluster`, when the node stops.
  caf::reacts_to<stop_atom>>::extend_with<observable_actor>;

} // namespace atrium
