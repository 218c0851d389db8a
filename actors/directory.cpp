#include "atrium/actors/directory.hpp"

#include "atrium/actors/everyone.hpp"
#include "atrium/actors/room.hpp"
#include "atrium/actors/user.hpp"
#include "atrium/broker/log.hpp"

namespace atrium {

namespace {

bool asked_for(const caf::error& reason) {
  return reason == caf::exit_reason::user_shutdown;
}

} // namespace

void directory_core::start(environment_ptr env) {
  env_ = std::move(env);
  spawn_everyone();
}

void directory_core::spawn_everyone() {
  ++alive_;
  everyone_ = self_->spawn<caf::monitored>(everyone, env_);
}

caf::result<entered> directory_core::join(join_room& x) {
  if (stopping_)
    return caf::make_error(errc::bus_unavailable,
                           std::string{"the node is going away"});
  auto& child = rooms_.pass_on(x.room, [&] {
    ++alive_;
    return self_->spawn<caf::monitored>(room, env_, x.room,
                                        directory_actor{self_});
  });
  return self_->delegate(child, std::move(x));
}

void directory_core::add(sign_on& x) {
  if (stopping_)
    return;
  auto& child = users_.pass_on(x.user, [&] {
    ++alive_;
    return self_->spawn<caf::monitored>(user, env_, x.user,
                                        directory_actor{self_});
  });
  self_->send(child, std::move(x));
}

void directory_core::let_retire(const retire& x) {
  if (auto idle = rooms_.retire(x))
    self_->send(*idle, stop_atom{});
  else if (auto gone = users_.retire(x))
    self_->send(*gone, stop_atom{});
}

void directory_core::down(const caf::down_msg& x) {
  --alive_;
  auto number = x.source.id();
  if (auto name = rooms_.remove(number))
    room_died_unasked(number, *name, x.reason);
  else if (users_.remove(number) && !asked_for(x.reason))
    log::error("directory loses a user: {}", to_string(x.reason));
  else if (everyone_ && number == everyone_->id() && !stopping_)
    spawn_everyone();
  if (stopping_ && alive_ == 0)
    self_->quit(caf::exit_reason::user_shutdown);
}

void directory_core::room_died_unasked(actor_number room,
                                       const std::string& name,
                                       const caf::error& why) {
  if (stopping_)
    return;
  log::error("directory loses room '{}': {}", name, to_string(why));
  ++env_->counters->dead_rooms;
  for (auto& lane : env_->lanes)
    self_->send(lane.actor, room_died{room, name});
}

void directory_core::stop() {
  stopping_ = true;
  rooms_.for_each([&](auto& x) { self_->send(x, stop_atom{}); });
  users_.for_each([&](auto& x) { self_->send(x, stop_atom{}); });
  self_->send_exit(everyone_, caf::exit_reason::user_shutdown);
  everyone_ = nullptr;
}

directory_actor::behavior_type
directory(directory_actor::stateful_pointer<directory_core> self,
          environment_ptr env) {
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.down(x); });
  self->state.start(std::move(env));
  return {
    [self](join_room& x) { return self->state.join(x); },
    [self](sign_on& x) { self->state.add(x); },
    [self](const retire& x) { self->state.let_retire(x); },
    [self](stop_atom) { self->state.stop(); },
  };
}

} // namespace atrium
