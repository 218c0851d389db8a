#include "atrium/actors/owner/owner.hpp"

#include "atrium/actors/placement.hpp"

namespace atrium {

owner::owner(caf::actor_config& config, environment_ptr env, std::string room,
             owner_table_actor table)
  : stateful_actor(config, placement::of_owner(*env, room).unit(*env)),
    env_(std::move(env)),
    name_(std::move(room)),
    table_(std::move(table)) {
  // nop
}

owner::behavior_type owner::make_behavior() {
  state.start(std::move(env_), std::move(name_), std::move(table_));
  return {
    [this](owner_request& x) { state.take(x); },
    [this](const owner_found& x) { state.take(x); },
    [this](const owner_opened& x) { state.take(x); },
    [this](const word_said& x) { state.take(x); },
    [this](const owner_released& x) { state.take(x); },
    [this](const runs_lost& x) { state.take(x); },
    [this](const hand_over& x) { state.take(x); },
    [this](const owner_due& x) { state.take(x); },
    [this](tick_atom) { state.tick(); },
    [this](const room_wake& x) { state.heed(x); },
    [this](const task_finished& x) { state.heed(x); },
    [this](const task_refused& x) { state.heed(x); },
    [this](const task_reported& x) { state.heed(x); },
    [this](observe_atom) { return observation(state); },
  };
}

} // namespace atrium
