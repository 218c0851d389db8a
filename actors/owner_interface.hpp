#pragma once

#include "atrium/actors/interfaces.hpp"

namespace atrium {

/// Owns a room with `home::one`: runs its logic, for the rooms of that name on
/// all nodes.
using owner_actor = caf::typed_actor<
  // From the owner table: what such a room wants.
  caf::reacts_to<owner_request>,
  // From whoever knows owners: is it the owner, and has it opened?
  caf::reacts_to<owner_found>, caf::reacts_to<owner_opened>,
  caf::reacts_to<word_said>, caf::reacts_to<owner_released>,
  // From the owner table: nodes that are gone; that it shall end.
  caf::reacts_to<runs_lost>, caf::reacts_to<hand_over>,
  // Internal: clocks.
  caf::reacts_to<tick_atom>, caf::reacts_to<owner_due>>::
  extend_with<logic_actor>::extend_with<observable_actor>;

/// Finds or spawns the owners that this node has, and watches which nodes are
/// alive.
using owner_table_actor = caf::typed_actor<
  // From rooms of this node, and from the cluster for those of others.
  caf::reacts_to<owner_request>,
  // From rooms: tell me which nodes are gone.
  caf::reacts_to<watch_room>,
  // From the directory: a room that the back end has closed.
  caf::reacts_to<close_room>,
  // From an owner that nobody needs any more: may it stop?
  caf::reacts_to<passivate>,
  // From the registry.
  caf::reacts_to<registry_due>, caf::reacts_to<registry_read>,
  // From the node: owners hand over; then it ends.
  caf::reacts_to<drain_owners>, caf::reacts_to<stop_atom>,
  // From the inspector: which owners there are, a page at a time.
  caf::replies_to<list_children>::with<children>,
  caf::replies_to<find_child>::with<children>>::extend_with<observable_actor>;

} // namespace atrium
