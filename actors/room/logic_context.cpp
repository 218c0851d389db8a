#include "atrium/actors/room/logic_context.hpp"

#include "atrium/actors/room_messages.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace atrium {

void logic_context::start(logic_actor self, environment_ptr env,
                          std::string name) {
  self_ = caf::actor_cast<caf::weak_actor_ptr>(self);
  clock_ = &self->home_system().clock();
  env_ = std::move(env);
  name_ = std::move(name);
  tasks_.start(self, env_, name_);
}

void logic_context::take(const room_wake& x) {
  wake_ups_.erase(x.due);
  auto now = clock_->now();
  answers_.expire(now);
  tasks_.expire(now);
  auto last = timers_.last();
  // One after the other: a hook may cancel the next, and where it fails none is
  // left.
  for (auto name = timers_.take_due(now, last); name;
       name = timers_.take_due(now, last))
    logic_.run([&](room_logic& y) {
      y.on_timer(*name);
      return true;
    });
  if (auto due = earliest())
    wake_by(*due);
}

void logic_context::wake_by(caf::actor_clock::time_point due) {
  if (!wake_ups_.empty() && *wake_ups_.begin() <= due)
    return;
  wake_ups_.insert(due);
  auto rest = due - clock_->now();
  if (auto self = caf::actor_cast<caf::strong_actor_ptr>(self_))
    caf::delayed_anon_send(caf::actor_cast<logic_actor>(self),
                           std::max(rest, decltype(rest)::zero()),
                           room_wake{due});
}

std::optional<caf::actor_clock::time_point> logic_context::earliest() const {
  auto result = timers_.earliest();
  for (auto other : {answers_.earliest(), tasks_.earliest()})
    if (other && (!result || *other < *result))
      result = other;
  return result;
}

void logic_context::restart() {
  timers_.clear();
  tasks_.clear();
  answers_.fail_all(errc::internal, logic_runner::failed);
}

void logic_context::restore(std::vector<room_timers::entry> timers) {
  for (auto& x : timers)
    timers_.put(std::move(x));
  if (auto due = earliest())
    wake_by(*due);
}

std::vector<member> logic_context::members() const {
  return voice_.members();
}

unix_time logic_context::now() const {
  return env_->now();
}

void logic_context::publish(std::string data) {
  voice_.publish(std::move(data));
}

void logic_context::publish_after(std::string data) {
  voice_.publish_after(std::move(data));
}

void logic_context::tell(const member& who, std::string data) {
  voice_.tell(who, std::move(data));
}

void logic_context::reply(answer_ticket to, std::string data) {
  answers_.reply(to, std::move(data));
}

void logic_context::refuse(answer_ticket to, std::string_view reason) {
  answers_.refuse(to, reason);
}

void logic_context::set_timer(std::string name, std::chrono::milliseconds first,
                              std::chrono::milliseconds interval) {
  wake_by(timers_.set(std::move(name), clock_->now(), first, interval));
}

bool logic_context::cancel_timer(std::string_view name) {
  return timers_.cancel(name);
}

void logic_context::run(room_task task) {
  wake_by(tasks_.run(std::move(task)));
}

} // namespace atrium
