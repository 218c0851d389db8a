#pragma once

#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/probe_messages.hpp"
#include "atrium/actors/session/connection_state.hpp"
#include "atrium/actors/util/observed.hpp"
#include "atrium/actors/util/pinned.hpp"

#include <caf/stateful_actor.hpp>

namespace atrium {

/// Spawnable class: `spawn<connection>(unit, setup)`, or with the name of the
/// client's device behind it. Ends when its socket does.
class connection
  : public caf::stateful_actor<connection_state,
                               observed<pinned<connection_actor::base>>> {
public:
  connection(caf::actor_config& config, lane_unit* unit, connection_setup setup,
             std::string device = {});

  behavior_type make_behavior() override;
};

} // namespace atrium
