// What operators see of a room.

#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/room/room_state.hpp"

namespace atrium {

caf::error inspect(json_inspector& f, room_state& x) {
  auto& link = x.owned_.link();
  auto owner = link.owner().value_or(ownership{});
  if (link.is_on())
    f(named("home"), "one", named("owner"), owner.run, named("token"),
      owner.token, named("asked"), link.waiting());
  else
    f(named("home"), "each");
  return f(
    named("name"), x.name_, named("members"), x.members_.size(),
    named("members_by_lane"), x.members_.by_lane(), named("subscribed"),
    x.open_, named("waiting"),
    x.waiting_.size() + x.history_.joins() + x.presence_.joins(),
    named("presence"), to_string(x.presence_.mode()), named("present"),
    x.presence_.present(), named("epoch"), x.history_.at().epoch,
    named("offset"), x.history_.at().offset, named("behind"),
    x.history_.is_behind(), named("followers"), x.history_.followers(),
    named("published"), x.publisher_.published(), named("delivered"),
    x.tally_->delivered.value(), named("queue"), x.tally_->queue->entries(),
    named("queue_bytes"), x.tally_->queue->taken(), named("errors"),
    x.logic_.failures(), named("restarts"), x.logic_.failures(),
    named("timers"), x.context_.timers().size(), named("next_timers"),
    x.context_.timers().next(20, x.self_->clock().now()), named("tasks"),
    x.context_.tasks().list(), named("logic"), raw_json{x.logic_.describe()});
}

room_history& room_state::history() {
  return history_;
}

owner_link& room_state::link() {
  return owned_.link();
}

members_page room_state::list(const list_members& x) const {
  return members_.page(x);
}

children room_state::parts() const {
  return {{{"subscription", subscription_}}, 1};
}

} // namespace atrium
