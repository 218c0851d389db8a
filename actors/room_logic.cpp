#include "atrium/actors/room_logic.hpp"

#include "atrium/broker/log.hpp"

namespace atrium {

void room_logic::start(environment_ptr env, room_port& port,
                       failure_handler on_failure) {
  env_ = std::move(env);
  port_ = &port;
  on_failure_ = std::move(on_failure);
  state_ = env_->rooms.make(port);
}

void room_logic::restart(const char* why) {
  using namespace std::chrono_literals;
  log::error("room '{}' restarts its logic: {}", port_->room_name(), why);
  ++env_->counters->room_restarts;
  auto now = env_->now();
  restarts_.push_back(now);
  while (now - restarts_.front() > 1min)
    restarts_.pop_front();
  auto give_up = restarts_.size() > env_->limits.restarts_per_minute;
  if (!give_up)
    state_ = env_->rooms.make(*port_);
  on_failure_(give_up);
}

} // namespace atrium
