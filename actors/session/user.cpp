#include "atrium/actors/session/user.hpp"

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/user_messages.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/actors/util/shared_behavior.hpp"
#include "atrium/actors/util/user_counters.hpp"
#include "atrium/broker/connection_limiter.hpp"
#include "atrium/broker/log/log.hpp"

#include <caf/send.hpp>

namespace atrium {

user_state::~user_state() {
  // Connections that outlive this actor sign on again, to another user actor
  // that takes leases for them anew.
  if (env_ && env_->limiter)
    for (auto& x : connections_)
      env_->limiter->leave(name_, x.actor->id());
}

void user_state::start(environment_ptr env, const std::string& user,
                       directory_actor directory, placement at) {
  env_ = std::move(env);
  name_ = user;
  placement_ = at;
  directory_ = std::move(directory);
  feed_.open(
    *env_, placement_.bus_of(*env_), env_->names.user(name_), user_actor{self_},
    {std::make_shared<semaphore>(env_->limits->room_queue), &backlogs::users});
}

void user_state::add(const sign_on& x) {
  ++received_;
  self_->monitor(x.connection);
  // Without a limiter everybody has a lease.
  connections_.push_back({x.connection, false, env_->limiter == nullptr});
  if (refused_)
    self_->send(x.connection, turned_away{user_actor{}, {}, true});
  // Before the channel is open no proof is needed: `subscribed` will be one.
  else if (open_)
    connections_.back().number = proof_.want(
      placement_.bus_of(*env_), env_->names.user(name_), user_actor{self_});
}

void user_state::request_lease(newcomer who) {
  auto number = who.connection;
  // The answer comes on a thread of the limiter, or before `enter` returns: as
  // a message it finds the list at rest.
  env_->limiter->enter(
    name_, std::move(who),
    [to = user_actor{self_}, number](const lease_decision& x) {
      caf::anon_send(to, lease_decided{number, x.admitted, x.rivals});
    });
}

void user_state::retry_lease(const insist& x) {
  for (auto& one : connections_)
    if (one.actor->id() == x.connection)
      return request_lease({x.connection, true, x.silent});
}

void user_state::command(const command_user& x) {
  for (auto& one : connections_)
    if (x.what.concerns(connection_id(*env_, one.actor->id())))
      self_->send(one.actor, command_connection{x.what.what, x.held});
}

// A connection that is not found has gone meanwhile, and `lost` has given its
// lease back.
void user_state::decide_lease(const lease_decided& x) {
  for (auto& one : connections_)
    if (one.actor->id() == x.connection) {
      one.has_lease = x.admitted;
      sign_on_to(one);
      if (x.admitted)
        return;
      if (x.rivals.empty()) {
        ++turned_away_;
        ++env_->user_counts->users_refused;
      }
      self_->send(one.actor, turned_away{user_actor{self_}, x.rivals});
    }
}

// A lease is taken only when nothing else is missing: nobody shall have to go
// for somebody who cannot come.
void user_state::sign_on_to(local_connection& x) {
  if (!x.carried)
    return;
  if (x.has_lease)
    self_->send(x.actor, signed_on{user_actor{self_}});
  else if (!std::exchange(x.asked, true))
    request_lease({x.actor->id(), false});
}

void user_state::lost(actor_number connection) {
  std::erase_if(connections_,
                [&](auto& x) { return x.actor->id() == connection; });
  // Also when the limiter has not answered yet: the connection must not get a
  // lease that nobody gives back.
  if (env_->limiter)
    env_->limiter->leave(name_, connection);
  if (connections_.empty())
    self_->send(directory_, passivate{self_->id(), received_});
}

void user_state::open() {
  open_ = true;
  refused_ = false;
  for (auto& x : connections_) {
    x.carried = true;
    sign_on_to(x);
  }
}

void user_state::carry(const channel_carried& x) {
  proof_.settle(x, placement_.bus_of(*env_), env_->names.user(name_),
                user_actor{self_});
  for (auto& one : connections_)
    if (one.number <= x.number && !one.carried && open_) {
      one.carried = true;
      sign_on_to(one);
    }
}

void user_state::deliver(const packets& x) {
  auto batch = feed_.decode(x, *env_);
  // Before the batch: its messages may be newer than what is left out.
  if (auto gap = feed_.left_out())
    tell_gap(*gap);
  for (auto& one : batch) {
    if (one.watched)
      watch_log::delivered(*one.watched, connections_.size());
    for (auto& connection : connections_)
      // The permit goes along: the mailboxes of connections have no bound.
      self_->send(connection.actor, push_frame{one.content, x.held, one.from});
  }
}

void user_state::tell_gap(const interrupted& x) {
  if (x.why == interrupted::cause::repaired)
    refused_ = false;
  log::debug("messages_missed", {{"user", name_}},
             "user may have missed messages");
  for (auto& connection : connections_)
    self_->send(connection.actor,
                push_reply{gap{scope::user, {}, x.from, x.to}});
}

// One line a run: whoever connects could have another one written.
void user_state::refuse(const channel_refused& x) {
  refused_ = true;
  auto is_first = env_->delivery_counts->channels_refused++ == 0;
  log::line(is_first ? log::level::error : log::level::debug, "user_refused",
            {{"user", name_}, {"error", x.reason}}, "user has no channel");
  for (auto& one : connections_)
    // Who has signed on keeps the connection: the bus goes on asking, and a gap
    // tells when the channel is back.
    if (!one.carried)
      self_->send(one.actor, turned_away{user_actor{}, {}, true});
}

caf::error inspect(json_inspector& f, user_state& x) {
  std::vector<std::string> connections;
  for (auto& one : x.connections_)
    connections.push_back(connection_id(*x.env_, one.actor->id()));
  return f(named("name"), x.name_, named("connections"), connections,
           named("subscribed"), x.open_, named("delivered"), x.feed_.decoded(),
           named("errors"), x.feed_.malformed(), named("turned_away"),
           x.turned_away_, named("restarts"), 0);
}

user::user(caf::actor_config& config, environment_ptr env,
           const std::string& name, directory_actor directory, placement at)
  : stateful_actor(config, at.unit(*env)) {
  set_down_handler(
    [this](const caf::down_msg& x) { state.lost(x.source.id()); });
  state.start(std::move(env), name, std::move(directory), at);
}

namespace {

user& self() {
  return handling<user>();
}

} // namespace

user::behavior_type user::make_behavior() {
  static const behavior_type shared{
    [](const packets& x) { self().state.deliver(x); },
    [](const sign_on& x) { self().state.add(x); },
    [](const lease_decided& x) { self().state.decide_lease(x); },
    [](const insist& x) { self().state.retry_lease(x); },
    [](const command_user& x) { self().state.command(x); },
    [](stop_atom) { self().quit(caf::exit_reason::user_shutdown); },
    [](const subscribed&) { self().state.open(); },
    [](const interrupted& x) { self().state.tell_gap(x); },
    [](const channel_refused& x) { self().state.refuse(x); },
    [](const channel_carried& x) { self().state.carry(x); },
    [](observe_atom) { return self().observation(self().state); },
  };
  return shared;
}

} // namespace atrium
