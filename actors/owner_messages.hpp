#pragma once

#include "atrium/actors/owner_interface.hpp"
#include "atrium/actors/room_request.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/broker/node_registry.hpp"
#include "atrium/broker/room_owners.hpp"

#include <memory>
#include <set>
#include <string>

namespace atrium {

// What rooms with one home, their owners and the owner table tell each other.

/// Runs of nodes.
using run_set = std::set<std::string, std::less<>>;

/// A room of some node wants something of the owner.
struct owner_request {
  std::string run; ///< Of that node.
  room_request what;
  permit held = {}; ///< Of the bytes that wait, where they came by the bus.
};

/// Who owns the room.
struct owner_found {
  found_owner what;
};

/// Nodes have gone: runs that were alive.
struct runs_lost {
  std::shared_ptr<const run_set> runs;
};

/// A room wants to hear of that.
struct watch_room {
  room_actor who;
};

/// The requests of a room to its owner have to be looked at.
struct link_due {};

/// The owner may speak, if it has passed, and has this state.
struct owner_opened {
  room_opening what;
};

/// What became of the owner's oldest word, and of its giving the room up.
struct word_said {
  fencing result = fencing::unknown;
};

struct owner_released {};

/// The owner has to look at its clock.
struct owner_due {};

/// The owner shall end, when all that it has said counts. Its state stays for
/// the next one, or goes.
struct hand_over {
  bool forget = false;
};

/// The node drains: all its owners shall hand over.
struct drain_owners {};

/// The registry has to be asked, and has answered.
struct registry_due {};

struct registry_read {
  node_listing nodes;
};

} // namespace atrium
