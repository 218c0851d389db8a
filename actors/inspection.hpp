#pragma once

#include "atrium/actors/observable.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace atrium {

// What the inspector asks of those who have children, and what they answer.

enum class child_kind : std::uint8_t { room, user, owner };

/// The name of the kind; with an `s` that of their list.
constexpr const char* to_string(child_kind x) {
  switch (x) {
  case child_kind::room:
    return "room";
  case child_kind::user:
    return "user";
  default:
    return "owner"; // of a room with one home; it has the room's name
  }
}

/// Which children are wanted, in the order of their names.
struct list_children {
  child_kind kind = child_kind::room;
  std::string part;  ///< Of their names; empty: all.
  std::string after; ///< Begin behind this name.
  std::size_t limit = 0;
  bool from_start = true; ///< Whether names have to begin with `part`.
};

/// The child of this number is wanted, of whatever kind.
struct find_child {
  caf::actor_id number = 0;
};

/// Which connections are wanted, in the order of their numbers.
struct list_connections {
  caf::actor_id after = 0;
  std::size_t limit = 0;
};

/// The connections with the fullest outboxes, the fullest first.
struct list_slowest {
  std::size_t limit = 0;
};

/// The actors that one has for itself, such as its subscription.
struct list_parts {};

/// Which members of a room on this node are wanted, in the order of their
/// connections' numbers.
struct list_members {
  caf::actor_id after = 0;
  std::size_t limit = 0;
};

/// A member as the room knows it.
struct member_entry {
  caf::actor_id number = 0; ///< Of the connection.
  std::string user;
  std::string connection;
  std::size_t lane = 0;
};

struct members_page {
  std::vector<member_entry> page;
  std::size_t total = 0; ///< Also of those that are not on the page.
};

/// Which rooms do most, and which are behind.
struct list_busiest {
  std::size_t limit = 0; ///< Of each.
};

struct busy_room {
  caf::actor_id number = 0;
  std::string name;
  std::size_t members = 0; ///< On this node.
  std::size_t waiting = 0; ///< Envelopes in its queue.
  double rate = 0;         ///< Envelopes per second.
};

struct busy_rooms {
  std::vector<busy_room> busiest;
  std::vector<busy_room> deepest; ///< Those with anything in their queues.
};

/// Which rooms have members on this node, of those that fit a pattern.
struct list_occupied {
  std::string pattern;   ///< `*`: any text, `?`: any character; empty: all.
  std::size_t bytes = 0; ///< Of JSON, for all of them.
};

struct occupied_room {
  std::string name;
  std::size_t members = 0; ///< Connections on this node.
};

struct occupied_rooms {
  std::vector<occupied_room> rooms; ///< Those with most members first.
  bool is_truncated = false; ///< There are more than the bytes have room for.
};

/// An actor as its parent knows it.
struct child {
  std::string name;
  observable_actor actor;
  std::size_t outbox_bytes = 0; ///< Of a connection.
};

struct children {
  std::vector<child> page;
  std::size_t total = 0; ///< Also of those that are not on the page.
};

} // namespace atrium
