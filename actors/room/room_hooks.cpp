// What a room asks its logic, besides messages, and what it does when that
// fails; and what its owner wants, where the logic is elsewhere.

#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/room/room_state.hpp"
#include "atrium/actors/room_messages.hpp"

namespace atrium {

namespace {

caf::error make_failure(errc code, std::string message) {
  return caf::make_error(code, std::move(message));
}

} // namespace

caf::error room_state::refusal(const member& who) {
  auto most = env_->limits->members_per_room;
  // Before the hook: the logic is not asked about somebody who cannot come.
  if (most != 0 && members_.size() >= most)
    return make_failure(errc::room_full, "the room is full");
  auto verdict
    = logic_.run([&](room_logic& x) { return x.on_join(who); },
                 {who.info ? std::string_view{*who.info} : std::string_view{}});
  if (!verdict)
    return make_failure(errc::internal, logic_runner::failed);
  if (verdict->refusal())
    return make_failure(errc::room_refused, *verdict->refusal());
  return {};
}

void room_state::tick() {
  logic_.run([](room_logic& x) {
    x.on_tick();
    return true;
  });
  schedule_tick();
  heed_logic();
}

void room_state::schedule_tick() {
  auto interval = logic_.run([](room_logic& x) { return x.tick_interval(); });
  if (interval && interval->count() > 0)
    self_->delayed_send(self_, *interval, tick_atom{});
}

void room_state::failed(bool give_up) {
  constexpr auto why = "the room's logic keeps failing";
  record(node_event::kind::restarted, {});
  if (give_up) {
    ended_ = true;
    // Before the state ends, and the promises with it. Joins that `admit` has
    // taken out already find `ended_` set. Members hear of the end from lanes.
    fail_all(why, errc::bus_unavailable);
    context_.restart();
    self_->quit(make_failure(errc::internal, why));
    return;
  }
  members_.tell(
    failure{{}, errc::room_restarted, "the room has lost its state", name_});
  context_.restart();
}

void room_state::go_on(join_queue::entry x) {
  history_.admit(std::move(x));
}

void room_state::remove(actor_number connection) {
  forget(connection);
}

void room_state::lose_state(bool give_up) {
  // Of a room that begins nobody has seen the state before.
  if (give_up || !members_.empty())
    failed(give_up);
}

void room_state::settle() {
  end_if_unused();
}

} // namespace atrium
