#pragma once

#include "atrium/actors/interfaces.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace atrium {

// What the inspector asks of those who have children, and what they answer.

enum class child_kind : std::uint8_t { room, user };

/// Which children are wanted, in the order of their names.
struct list_children {
  child_kind kind = child_kind::room;
  std::string part;  ///< Of their names; empty: all.
  std::string after; ///< Begin behind this name.
  std::size_t limit = 0;
  bool from_start = true; ///< Whether names have to begin with `part`.
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

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::list_children)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::list_connections)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::list_slowest)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::children)
