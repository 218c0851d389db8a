#include "atrium/actors/everyone.hpp"

#include "atrium/actors/subscription.hpp"
#include "atrium/broker/log.hpp"

namespace atrium {

void everyone_core::start(environment_ptr env) {
  env_ = std::move(env);
  lanes_.emplace(env_);
  subscription_
    = self_->spawn<caf::linked>(subscription, env_, env_->names.all(),
                                caf::actor_cast<subscriber_actor>(self_));
}

void everyone_core::deliver(const arrived& x) {
  auto notice = [](unix_time from, unix_time to) {
    return tell_all{gap{scope::all, {}, from, to}};
  };
  for (auto& one : x.batch)
    for (std::size_t lane = 0; lane < lanes_->size(); ++lane)
      lanes_->send(lane, fan_out_all{one.content}, notice);
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
