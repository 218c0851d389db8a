#include "atrium/actors/room/room.hpp"

#include "atrium/actors/delivery/trace_log.hpp"
#include "atrium/actors/util/first_of.hpp"

#include <functional>

namespace atrium {

caf::error inspect(json_inspector& f, room_state& x) {
  return f(named("name"), x.name_, named("members"), x.members_.size(),
           named("members_by_lane"), x.members_on_, named("subscribed"),
           x.open_, named("waiting"), x.waiting_.size(), named("published"),
           x.published_, named("delivered"), x.tally_->delivered.value(),
           named("queue"), x.tally_->queue->entries(), named("queue_bytes"),
           x.tally_->queue->taken(), named("errors"), x.logic_.failures(),
           named("restarts"), x.logic_.failures(), named("logic"),
           raw_json{x.logic_.describe()});
}

children room_state::parts() const {
  return {{{"subscription", subscription_}}, 1};
}

members_page room_state::list(const list_members& x) const {
  std::vector<actor_number> numbers;
  for (auto& [number, one] : members_)
    if (number > x.after)
      numbers.push_back(number);
  members_page result{{}, members_.size()};
  for (auto number : first_of(std::move(numbers), x.limit, std::identity{})) {
    auto& one = members_.at(number);
    result.page.push_back({number, one.who.user, one.who.connection, one.lane});
  }
  return result;
}

void room_state::record(node_event::kind what, const room_member& x) {
  if ((traced_ || x.traced) && what == node_event::kind::joined)
    trace::joined(name_, x.who);
  if ((traced_ || x.traced) && what == node_event::kind::left)
    trace::left(name_, x.who);
  env_->events->record([&] {
    return node_event{what, "room", name_, x.who.user, x.who.connection};
  });
}

room::room(caf::actor_config& config, environment_ptr env, std::string name,
           directory_actor directory, std::shared_ptr<room_tally> tally)
  : stateful_actor(config),
    env_(std::move(env)),
    name_(std::move(name)),
    directory_(std::move(directory)),
    tally_(std::move(tally)) {
  set_down_handler(
    [this](const caf::down_msg& x) { state.lost(x.source.id()); });
  // However the room ends, who waits for it is told.
  set_exit_handler([this](const caf::exit_msg& x) {
    state.fail_joins("the room's subscription ended");
    quit(x.reason);
  });
  set_exception_handler([this](std::exception_ptr&) -> caf::error {
    state.fail_joins("the room has failed");
    return caf::sec::runtime_error;
  });
}

// The logic's constructor may throw: that must not happen to who spawns the
// room.
room::behavior_type room::make_behavior() {
  state.start(std::move(env_), std::move(name_), std::move(directory_),
              std::move(tally_));
  return {
    [this](join_room& x) { return state.join(x); },
    [this](const leave_room& x) { state.leave(x); },
    [this](publish_in_room& x) { state.publish_from(x); },
    [this](stop_atom) { quit(caf::exit_reason::user_shutdown); },
    [this](tick_atom) { state.tick(); },
    [this](room_deadline) { state.check_patience(); },
    [this](room_lingered) { state.lingered(); },
    [this](const subscribed&) { state.open(); },
    [this](const arrived& x) { state.deliver(x); },
    [this](const interrupted& x) { state.tell_gap(x); },
    [this](const channel_refused& x) { state.refuse(x); },
    [this](const channel_carried& x) { state.carry(x); },
    [this](const list_members& x) { return state.list(x); },
    [this](list_parts) { return state.parts(); },
    [this](observe_atom) { return observation(state); },
  };
}

} // namespace atrium
