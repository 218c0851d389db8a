#include "atrium/actors/everyone.hpp"

#include "atrium/actors/subscription.hpp"
#include "atrium/broker/log.hpp"

namespace atrium {

void everyone_core::start(environment_ptr env) {
  env_ = std::move(env);
  subscription_
    = self_->spawn<caf::linked>(subscription, env_, env_->names.all(),
                                caf::actor_cast<subscriber_actor>(self_));
}

void everyone_core::deliver(const arrived& x) {
  for (auto& one : x.batch)
    for (auto& lane : env_->lanes) {
      if (lane.queue->try_enter(1))
        self_->send(lane.actor, fan_out_all{one.content});
      else
        ++env_->counters->lane_queue_drops;
    }
}

void everyone_core::tell_gap(const interrupted& x) {
  for (auto& lane : env_->lanes)
    self_->send(lane.actor, tell_all{gap{scope::all, {}, x.from, x.to}});
}

everyone_actor::behavior_type
everyone(everyone_actor::stateful_pointer<everyone_core> self,
         environment_ptr env) {
  self->state.start(std::move(env));
  return {
    [](const subscribed&) {
      // nop
    },
    [self](const arrived& x) { self->state.deliver(x); },
    [self](const interrupted& x) { self->state.tell_gap(x); },
    [](const channel_refused& x) {
      log::error("everyone has no channel: {}", x.reason);
    },
  };
}

} // namespace atrium
