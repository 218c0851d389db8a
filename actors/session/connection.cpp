#include "atrium/actors/session/connection.hpp"

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/probe_messages.hpp"
#include "atrium/actors/util/shared_behavior.hpp"

#include <map>

namespace atrium {

caf::error inspect(json_inspector& f, connection_state& x) {
  using status = membership::status;
  constexpr const char* words[] = {"joining", "member", "leaving"};
  static_assert(static_cast<std::size_t>(status::leaving) == 2);
  std::map<std::string, const char*> rooms;
  for (auto& [room, one] : x.rooms_)
    rooms.emplace(room, words[static_cast<std::size_t>(one.state)]);
  auto& setup = x.setup_;
  return f(named("name"), x.id_, named("user"), setup.who.user,
           named("address"), setup.out->peer(), named("lane"), setup.lane,
           named("signed_on"), x.open_, named("rooms"), rooms, named("inbox"),
           x.inbox_, named("pending"), x.pending_.size(), named("outbox_bytes"),
           setup.out->queued_bytes(), named("errors"), x.failures_,
           named("restarts"), 0);
}

connection::connection(caf::actor_config& config, lane_unit* unit,
                       connection_setup setup, std::string device)
  : stateful_actor(config, unit) {
  // Only the user is monitored. When the node stops, users end, too: then the
  // directory ignores the wish for a new one.
  set_down_handler([this](const caf::down_msg&) { state.sign_on_again(); });
  state.start(this, std::move(setup), std::move(device));
}

namespace {

connection& self() {
  return handling<connection>();
}

} // namespace

connection::behavior_type connection::make_behavior() {
  static const behavior_type shared{
    [](from_client& x) { self().state.handle(x.request); },
    [](outcome& x) { self().state.finish(x); },
    [](history_read& x) { self().state.finish_read(x); },
    [](presence_read& x) { self().state.finish_read(x); },
    [](inbox_read& x) { self().state.hear_of(x); },
    [](acknowledged& x) { self().state.finish(x); },
    [](inbox_due x) { self().state.hear_of(x); },
    [](const push_frame& x) { self().state.push(x); },
    [](renewed& x) { self().state.renew(x); },
    [](const disconnected& x) {
      self().state.end(x.code);
      self().quit(caf::exit_reason::user_shutdown);
    },
    [](const leave_done& x) { self().state.on_left(x); },
    [](const room_lost& x) { self().state.on_room_lost(x.room); },
    [](const signed_on& x) { self().state.signed_on_to(x.user); },
    [](const turned_away& x) { self().state.turn_away(x); },
    [](const rival_found& x) { self().state.hear_of(x); },
    [](rivals_overdue) { self().state.insist_on_lease(); },
    [](const push_reply& x) { self().state.push(x); },
    [](const command_connection& x) { self().state.obey(x); },
    [](observe_atom) { return self().observation(self().state); },
  };
  return shared;
}

} // namespace atrium
