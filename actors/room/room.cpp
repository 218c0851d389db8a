#include "atrium/actors/room/room.hpp"

#include "atrium/actors/util/shared_behavior.hpp"

namespace atrium {

room::room(caf::actor_config& config, environment_ptr env, std::string name,
           directory_actor directory, std::shared_ptr<room_tally> tally,
           placement at)
  : stateful_actor(config, at.unit(*env)),
    env_(std::move(env)),
    name_(std::move(name)),
    directory_(std::move(directory)),
    tally_(std::move(tally)),
    placement_(at) {
  // Connections only: the subscription is linked, and so ends with the room.
  set_down_handler(
    [this](const caf::down_msg& x) { state.lose(x.source.id()); });
  // However the room ends, who waits for it is told: a promise that dies with
  // the state answers nobody (CAF 0.17), and a join has no timeout.
  set_exit_handler([this](const caf::exit_msg& x) {
    state.fail_all("the room's subscription ended", errc::bus_unavailable);
    quit(x.reason);
  });
  // CAF ends an actor that throws, whatever is returned here. Of the
  // exceptions of an operator's class only the constructor's come this far.
  set_exception_handler([this](std::exception_ptr&) -> caf::error {
    state.fail_all("the room has failed", errc::bus_unavailable);
    return caf::sec::runtime_error;
  });
}

namespace {

room& self() {
  return handling<room>();
}

} // namespace

// The logic's constructor may throw: that must not happen to who spawns the
// room.
room::behavior_type room::make_behavior() {
  state.start(std::move(env_), std::move(name_), std::move(directory_),
              std::move(tally_), placement_);
  static const behavior_type shared{
    [](publish_in_room& x) { self().state.publish_from(x); },
    [](const arrived& x) { self().state.take(x); },
    [](join_room& x) { return self().state.join(x); },
    [](const leave_room& x) { self().state.leave(x); },
    [](stop_atom) { self().quit(caf::exit_reason::user_shutdown); },
    [](post_in_room& x) { self().state.post(x); },
    [](const close_room&) { self().state.close(); },
    [](tick_atom) { self().state.tick(); },
    [](room_deadline) { self().state.check_patience(); },
    [](room_lingered) { self().state.lingered(); },
    [](const room_wake& x) { self().state.heed(x); },
    [](const task_finished& x) { self().state.heed(x); },
    [](const task_refused& x) { self().state.heed(x); },
    [](const task_reported& x) { self().state.heed(x); },
    [](const history_answered& x) { self().state.take(x); },
    [](const presence_counted& x) { self().state.take(x); },
    [](const presence_overdue& x) { self().state.take(x); },
    [](const owner_found& x) { self().state.link().take(x); },
    [](const runs_lost& x) { self().state.link().take(x); },
    [](const link_due& x) { self().state.link().take(x); },
    [](const history_due& x) { self().state.history().look(x); },
    [](const caught_up& x) { self().state.history().go_on(x); },
    [](const subscribed&) { self().state.open(); },
    [](const interrupted& x) { self().state.tell_gap(x); },
    [](const channel_refused& x) { self().state.refuse(x); },
    [](const channel_carried& x) { self().state.carry(x); },
    [](const list_members& x) { return self().state.list(x); },
    [](list_parts) { return self().state.parts(); },
    [](observe_atom) { return self().observation(self().state); },
  };
  return shared;
}

} // namespace atrium
