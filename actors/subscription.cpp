#include "atrium/actors/subscription.hpp"

#include "atrium/broker/envelope.hpp"
#include "atrium/broker/log.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace atrium {

namespace {

// The end of the subscription on the bus's thread: does nothing but put
// messages into the actor's mailbox, never more than the gate has places for.
class mailbox_subscriber final : public subscriber {
public:
  mailbox_subscriber(subscription_actor to, const environment& env)
    : to_(std::move(to)),
      queue_(std::make_shared<gate>(env.limits.room_queue)),
      counters_(env.counters),
      now_(env.now) {
    // nop
  }

  void on_subscribed() override {
    caf::anon_send(to_, subscribed{});
  }

  void on_messages(std::vector<shared_bytes> batch) override {
    auto n = batch.size();
    if (!queue_->try_enter(n)) {
      counters_->room_queue_drops += n;
      if (!dropping_since_)
        dropping_since_ = now_();
      return;
    }
    if (auto from = std::exchange(dropping_since_, std::nullopt))
      caf::anon_send(to_, interrupted{*from, now_()});
    caf::anon_send(to_, packets{std::move(batch), gate_ticket{queue_, n}});
  }

  void on_gap(unix_time from, unix_time to) override {
    caf::anon_send(to_, interrupted{from, to});
  }

  void on_refused(const std::string& reason) override {
    caf::anon_send(to_, channel_refused{reason});
  }

private:
  subscription_actor to_;
  std::shared_ptr<gate> queue_;
  std::shared_ptr<counters> counters_;
  std::function<unix_time()> now_;
  std::optional<unix_time> dropping_since_;
};

} // namespace

void subscription_state::start(environment_ptr env, const std::string& channel,
                               subscriber_actor owner) {
  env_ = std::move(env);
  owner_ = std::move(owner);
  channel_ = channel;
  held_ = env_->bus->subscribe(channel, std::make_shared<mailbox_subscriber>(
                                          subscription_actor{self_}, *env_));
}

void subscription_state::decode(const packets& in) {
  arrived out;
  out.batch.reserve(in.batch.size());
  for (auto& bytes : in.batch)
    add(bytes, out.batch);
  out.ticket = in.ticket;
  if (!out.batch.empty())
    self_->send(owner_, std::move(out));
}

void subscription_state::add(const shared_bytes& bytes,
                             std::vector<incoming>& out) {
  auto decoded = decode_packet(*bytes);
  if (auto* error = std::get_if<packet_error>(&decoded)) {
    auto unknown = *error == packet_error::unknown_version;
    ++(unknown ? env_->counters->unknown_versions
               : env_->counters->malformed_packets);
    ++malformed_;
    log::debug("subscription drops a packet: {}",
               unknown ? "unknown version" : "malformed");
    return;
  }
  auto& x = std::get<packet>(decoded);
  incoming result{frame::text(x.json), {}};
  if (x.skip_sender && x.content.from)
    result.skip = std::move(x.content.from->connection);
  out.push_back(std::move(result));
  ++decoded_;
}

void subscription_state::pass_on_gap(const interrupted& what) {
  ++interruptions_;
  env_->events->record([&] {
    return node_event{node_event::kind::dropped, name, channel_, {}, {}};
  });
  pass_on(what);
}

caf::error inspect(json_inspector& f, subscription_state& x) {
  return f(named("name"), x.channel_, named("decoded"), x.decoded_,
           named("errors"), x.malformed_, named("restarts"), 0,
           named("interruptions"), x.interruptions_);
}

subscription::subscription(caf::actor_config& config, environment_ptr env,
                           const std::string& channel, subscriber_actor owner)
  : stateful_actor(config) {
  state.start(std::move(env), channel, std::move(owner));
}

subscription::behavior_type subscription::make_behavior() {
  return {
    [this](const packets& x) { state.decode(x); },
    [this](const subscribed& x) { state.pass_on(x); },
    [this](const interrupted& x) { state.pass_on_gap(x); },
    [this](const channel_refused& x) { state.pass_on(x); },
    [this](observe_atom) { return observation(state); },
  };
}

} // namespace atrium
