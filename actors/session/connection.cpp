#include "atrium/actors/session/connection.hpp"

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/probe_messages.hpp"

#include <map>

namespace atrium {

caf::error inspect(json_inspector& f, connection_state& x) {
  using status = connection_state::membership::status;
  constexpr const char* words[] = {"joining", "member", "leaving"};
  static_assert(static_cast<std::size_t>(status::leaving) == 2);
  std::map<std::string, const char*> rooms;
  for (auto& [room, one] : x.rooms_)
    rooms.emplace(room, words[static_cast<std::size_t>(one.state)]);
  auto& setup = x.setup_;
  return f(named("name"), x.id_, named("user"), setup.who.user,
           named("address"), setup.out->peer(), named("lane"), setup.lane,
           named("signed_on"), x.open_, named("rooms"), rooms, named("pending"),
           x.pending_.size(), named("outbox_bytes"), setup.out->queued_bytes(),
           named("errors"), x.failures_, named("restarts"), 0);
}

connection::connection(caf::actor_config& config, lane_unit* unit,
                       connection_setup setup)
  : stateful_actor(config, unit) {
  // Only the user is monitored. When the node stops, users end, too: then the
  // directory ignores the wish for a new one.
  set_down_handler([this](const caf::down_msg&) { state.sign_on_again(); });
  state.start(this, std::move(setup));
}

connection::behavior_type connection::make_behavior() {
  return {
    [this](from_client& x) { state.handle(x.request); },
    [this](outcome& x) { state.finish(x); },
    [this](const push_frame& x) { state.push(x); },
    [this](renewed& x) { state.renew(x); },
    [this](disconnected) { quit(caf::exit_reason::user_shutdown); },
    [this](const leave_done& x) { state.on_left(x); },
    [this](const room_lost& x) { state.on_room_lost(x.room); },
    [this](const signed_on& x) { state.signed_on_to(x.user); },
    [this](const turned_away& x) { state.turn_away(x); },
    [this](const rival_found& x) { state.hear_of(x); },
    [this](rivals_overdue) { state.insist_on_lease(); },
    [this](const push_reply& x) { state.push(x); },
    [this](observe_atom) { return observation(state); },
  };
}

} // namespace atrium
