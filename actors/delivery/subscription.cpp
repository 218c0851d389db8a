#include "atrium/actors/delivery/subscription.hpp"

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/util/event_log.hpp"
#include "atrium/actors/util/shared_behavior.hpp"
#include "atrium/broker/log/log.hpp"

#include <caf/actor_cast.hpp>

namespace atrium {

void subscription_state::start(environment_ptr env, const std::string& channel,
                               subscriber_actor owner,
                               channel_feed::bound queue, placement at) {
  env_ = std::move(env);
  owner_ = std::move(owner);
  channel_ = channel;
  feed_.open(*env_, at.bus_of(*env_), channel, subscription_actor{self_},
             std::move(queue));
}

void subscription_state::decode(const packets& in) {
  // The permit goes on to the owner: the bound covers both mailboxes.
  arrived out{feed_.decode(in, *env_), in.held, feed_.events(), feed_.notes()};
  // Before the batch: its messages may be newer than what is left out.
  if (auto gap = feed_.left_out())
    pass_on_gap(*gap);
  if (!out.batch.empty() || !out.events.empty() || !out.notes.empty())
    self_->send(owner_, std::move(out));
}

void subscription_state::pass_on_gap(const interrupted& what) {
  ++interruptions_;
  log::debug("messages_missed", {{"channel", channel_}},
             "subscription may have missed messages");
  env_->events->record([&] {
    return node_event{node_event::kind::dropped, name, channel_, {}, {}};
  });
  pass_on(what);
}

caf::error inspect(json_inspector& f, subscription_state& x) {
  return f(named("name"), x.channel_, named("decoded"), x.feed_.decoded(),
           named("errors"), x.feed_.malformed(), named("restarts"), 0,
           named("interruptions"), x.interruptions_);
}

subscription::subscription(caf::actor_config& config, environment_ptr env,
                           const std::string& channel, subscriber_actor owner,
                           channel_feed::bound queue, placement at)
  : stateful_actor(config, at.unit(*env)) {
  state.start(std::move(env), channel, std::move(owner), std::move(queue), at);
}

namespace {

subscription& self() {
  return handling<subscription>();
}

} // namespace

subscription::behavior_type subscription::make_behavior() {
  static const behavior_type shared{
    [](const packets& x) { self().state.decode(x); },
    [](const subscribed& x) { self().state.pass_on(x); },
    [](const interrupted& x) { self().state.pass_on_gap(x); },
    [](const channel_refused& x) { self().state.pass_on(x); },
    [](observe_atom) { return self().observation(self().state); },
  };
  return shared;
}

} // namespace atrium
