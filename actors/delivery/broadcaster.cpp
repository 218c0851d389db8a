#include "atrium/actors/delivery/broadcaster.hpp"

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/delivery/subscription.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/log/log.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

void broadcaster_state::start(environment_ptr env, broadcast_mark passed_on) {
  env_ = std::move(env);
  passed_on_ = std::move(passed_on);
  lost_since_ = *passed_on_;
  lanes_.emplace(env_, self_->id(), [](auto& to, auto from, auto until) {
    caf::anon_send(to, tell_all{gap{scope::all, {}, from, until}});
  });
  // Linked: when one of the two ends, the directory spawns both anew.
  subscription_ = self_->spawn<subscription, caf::linked>(
    env_, env_->names.all(), caf::actor_cast<subscriber_actor>(self_),
    channel_feed::bound{std::make_shared<semaphore>(env_->limits->room_queue),
                        &backlogs::broadcaster});
}

void broadcaster_state::open() {
  auto now = env_->now();
  // Not before: until here nobody has heard what others broadcast.
  if (auto since = std::exchange(lost_since_, std::nullopt))
    tell_gap({std::min(*since, now), now});
  *passed_on_ = now;
}

void broadcaster_state::deliver(const arrived& x) {
  delivered_ += x.batch.size();
  for (auto& one : x.batch)
    for (std::size_t lane = 0; lane < lanes_->size(); ++lane)
      lanes_->send(lane, fan_out_all{one.content, one.from, one.watched});
  // The time of the message, not of now: what waits behind it may be as old.
  *passed_on_ = x.batch.back().from.time;
}

void broadcaster_state::tell_gap(const interrupted& x) {
  ++gaps_;
  for (auto& lane : env_->lanes)
    // Not by `lanes_`: news of an overload must not be lost to the overload.
    self_->send(lane.actor, tell_all{gap{scope::all, {}, x.from, x.to}});
}

children broadcaster_state::parts() const {
  return {{{"subscription", subscription_}}, 1};
}

caf::error inspect(json_inspector& f, broadcaster_state& x) {
  return f(named("name"), "everyone", named("delivered"), x.delivered_,
           named("gaps"), x.gaps_, named("errors"), 0, named("restarts"), 0);
}

broadcaster::broadcaster(caf::actor_config& config, environment_ptr env,
                         broadcast_mark passed_on)
  : stateful_actor(config) {
  state.start(std::move(env), std::move(passed_on));
}

broadcaster::behavior_type broadcaster::make_behavior() {
  return {
    // No promise hangs on it: `welcome` waits for the channel of the user only.
    [this](const subscribed&) { state.open(); },
    [this](const arrived& x) { state.deliver(x); },
    [this](const interrupted& x) { state.tell_gap(x); },
    [](const channel_refused& x) {
      log::error("everyone_refused", {{"error", x.reason}},
                 "everyone has no channel");
    },
    [this](list_parts) { return state.parts(); },
    [this](observe_atom) { return observation(state); },
  };
}

} // namespace atrium
