#include "atrium/actors/room/room.hpp"

namespace atrium {

room::room(caf::actor_config& config, environment_ptr env, std::string name,
           directory_actor directory, std::shared_ptr<room_tally> tally,
           home at)
  : stateful_actor(config, at.unit(*env)),
    env_(std::move(env)),
    name_(std::move(name)),
    directory_(std::move(directory)),
    tally_(std::move(tally)),
    home_(at) {
  // Connections only: the subscription is linked, and so ends with the room.
  set_down_handler(
    [this](const caf::down_msg& x) { state.forget(x.source.id()); });
  // However the room ends, who waits for it is told: a promise that dies with
  // the state answers nobody (CAF 0.17), and a join has no timeout.
  set_exit_handler([this](const caf::exit_msg& x) {
    state.fail_joins("the room's subscription ended");
    quit(x.reason);
  });
  // CAF ends an actor that throws, whatever is returned here. Of the
  // exceptions of an operator's class only the constructor's come this far.
  set_exception_handler([this](std::exception_ptr&) -> caf::error {
    state.fail_joins("the room has failed");
    return caf::sec::runtime_error;
  });
}

// The logic's constructor may throw: that must not happen to who spawns the
// room.
room::behavior_type room::make_behavior() {
  state.start(std::move(env_), std::move(name_), std::move(directory_),
              std::move(tally_), home_);
  return {
    [this](publish_in_room& x) { state.publish_from(x); },
    [this](const arrived& x) { state.deliver(x); },
    [this](join_room& x) { return state.join(x); },
    [this](const leave_room& x) { state.leave(x); },
    [this](stop_atom) { quit(caf::exit_reason::user_shutdown); },
    [this](tick_atom) { state.tick(); },
    [this](room_deadline) { state.check_patience(); },
    [this](room_lingered) { state.lingered(); },
    [this](const subscribed&) { state.open(); },
    [this](const interrupted& x) { state.tell_gap(x); },
    [this](const channel_refused& x) { state.refuse(x); },
    [this](const channel_carried& x) { state.carry(x); },
    [this](const list_members& x) { return state.list(x); },
    [this](list_parts) { return state.parts(); },
    [this](observe_atom) { return observation(state); },
  };
}

} // namespace atrium
