#pragma once

#include "atrium/actors/observed.hpp"
#include "atrium/actors/room_core.hpp"

namespace atrium {

/// Spawnable class: `spawn<room>(env, name, directory)`. Ends by `stop` from
/// `directory`, which monitors it.
class room : public caf::stateful_actor<room_core, observed<room_actor::base>> {
public:
  room(caf::actor_config& config, environment_ptr env, std::string name,
       directory_actor directory);

  behavior_type make_behavior() override;

private:
  environment_ptr env_; // these three until the room starts
  std::string name_;
  directory_actor directory_;
};

} // namespace atrium
