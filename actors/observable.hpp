#pragma once

#include "atrium/actors/message_types.hpp"

#include <caf/atom.hpp>
#include <caf/fwd.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <string>

namespace atrium {

/// A room's or connection's number: the id of its actor, unique in the process.
using actor_number = caf::actor_id;

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

} // namespace atrium
