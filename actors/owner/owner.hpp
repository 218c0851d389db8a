#pragma once

#include "atrium/actors/owner/owner_state.hpp"
#include "atrium/actors/owner_interface.hpp"
#include "atrium/actors/util/observed.hpp"
#include "atrium/actors/util/pinned.hpp"

#include <caf/stateful_actor.hpp>

namespace atrium {

/// Spawnable class: `spawn<owner>(env, room, table)`. Ends by `hand_over` from
/// `table`, which monitors it, or when it is the owner no more.
class owner : public caf::stateful_actor<owner_state,
                                         observed<pinned<owner_actor::base>>> {
public:
  owner(caf::actor_config& config, environment_ptr env, std::string room,
        owner_table_actor table);

  behavior_type make_behavior() override;

private:
  environment_ptr env_; // these three until the owner starts
  std::string name_;
  owner_table_actor table_;
};

} // namespace atrium
