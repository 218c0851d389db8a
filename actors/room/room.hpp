#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/room/room_state.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/actors/util/observed.hpp"
#include "atrium/actors/util/pinned.hpp"

namespace atrium {

/// Spawnable class: `spawn<room>(env, name, directory, tally, placement)`. Ends
/// by `stop` or `close_room` from `directory`, which monitors it.
class room
  : public caf::stateful_actor<room_state, observed<pinned<room_actor::base>>> {
public:
  room(caf::actor_config& config, environment_ptr env, std::string name,
       directory_actor directory, std::shared_ptr<room_tally> tally,
       placement at = {});

  behavior_type make_behavior() override;

private:
  environment_ptr env_; // these five until the room starts
  std::string name_;
  directory_actor directory_;
  std::shared_ptr<room_tally> tally_;
  placement placement_;
};

} // namespace atrium
