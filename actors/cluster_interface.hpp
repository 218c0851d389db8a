#pragma once

#include "atrium/actors/observable.hpp"

namespace atrium {

/// Asks other nodes, answers what they ask and carries out what they command;
/// behind `cluster`. Lives on the thread that serves operators.
using cluster_actor = caf::typed_actor<
  // From `cluster`: a survey of all nodes or one, and who answers theirs.
  caf::reacts_to<start_survey>, caf::reacts_to<answer_by>,
  // From the registry: which nodes there are.
  caf::reacts_to<nodes_listed>,
  // From the bus: what nodes say; or it has not taken a request.
  caf::reacts_to<control_packets>, caf::reacts_to<survey_unsent>,
  // From whoever answers: for a survey of this node or of another.
  caf::reacts_to<response_ready>,
  // Internal: nobody waits any longer.
  caf::reacts_to<survey_overdue>,
  // From `cluster`, when the node stops.
  caf::reacts_to<stop_atom>>::extend_with<observable_actor>;

} // namespace atrium
