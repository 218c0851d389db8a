#include "atrium/actors/user.hpp"

#include "atrium/actors/subscription.hpp"
#include "atrium/broker/log.hpp"

namespace atrium {

void user_core::start(environment_ptr env, const std::string& user,
                      directory_actor directory) {
  env_ = std::move(env);
  directory_ = std::move(directory);
  subscription_
    = self_->spawn<caf::linked>(subscription, env_, env_->names.user(user),
                                caf::actor_cast<subscriber_actor>(self_));
}

void user_core::add(const sign_on& x) {
  ++received_;
  self_->monitor(x.connection);
  connections_.push_back(x.connection);
  if (open_)
    self_->send(x.connection, signed_on{user_actor{self_}});
}

void user_core::lost(actor_number connection) {
  std::erase_if(connections_, [&](auto& x) { return x->id() == connection; });
  if (connections_.empty())
    self_->send(directory_, retire{self_->id(), received_});
}

void user_core::open() {
  open_ = true;
  for (auto& x : connections_)
    self_->send(x, signed_on{user_actor{self_}});
}

void user_core::deliver(const arrived& x) {
  for (auto& one : x.batch)
    for (auto& connection : connections_)
      self_->send(connection, push_frame{one.content, x.ticket});
}

void user_core::tell_gap(const interrupted& x) {
  for (auto& connection : connections_)
    self_->send(connection, push_reply{gap{scope::user, {}, x.from, x.to}});
}

user_actor::behavior_type user(user_actor::stateful_pointer<user_core> self,
                               environment_ptr env, std::string name,
                               directory_actor directory) {
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.lost(x.source.id()); });
  self->state.start(std::move(env), name, std::move(directory));
  return {
    [self](const sign_on& x) { self->state.add(x); },
    [self](stop_atom) { self->quit(caf::exit_reason::user_shutdown); },
    [self](const subscribed&) { self->state.open(); },
    [self](const arrived& x) { self->state.deliver(x); },
    [self](const interrupted& x) { self->state.tell_gap(x); },
    [](const channel_refused& x) {
      log::error("user has no channel: {}", x.reason);
    },
  };
}

} // namespace atrium
