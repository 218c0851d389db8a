#include "atrium/actors/room_logic.hpp"

#include "atrium/broker/log.hpp"

#include <boost/core/demangle.hpp>

#include <typeinfo>

namespace atrium {

void room_logic::start(environment_ptr env, room_port& port,
                       failure_handler on_failure) {
  env_ = std::move(env);
  port_ = &port;
  on_failure_ = std::move(on_failure);
  state_ = env_->rooms.make(port);
}

std::string room_logic::type_of(const std::exception& error) {
  return boost::core::demangle(typeid(error).name());
}

void room_logic::restart(const std::string& why) {
  using namespace std::chrono_literals;
  log::error("room_logic_restarted",
             {{"room", port_->room_name()}, {"error", why}},
             "room restarts its logic");
  ++env_->counters->room_restarts;
  ++failures_;
  auto now = env_->now();
  restarts_.push_back(now);
  while (now - restarts_.front() > 1min)
    restarts_.pop_front();
  auto often = restarts_.size() > env_->limits.restarts_per_minute;
  on_failure_(often || !make_anew());
}

std::string room_logic::describe() const {
  try {
    return env_->rooms.describe(*state_);
  } catch (const std::exception& error) {
    log::error("room_inspection_failed",
               {{"room", port_->room_name()}, {"error", type_of(error)}},
               "room cannot be inspected");
  }
  return "null";
}

bool room_logic::make_anew() {
  try {
    state_ = env_->rooms.make(*port_);
    return true;
  } catch (const std::exception& error) {
    log::error("room_logic_failed",
               {{"room", port_->room_name()}, {"error", type_of(error)}},
               "room has no logic");
  } catch (...) {
    log::error("room_logic_failed", {{"room", port_->room_name()}},
               "room has no logic");
  }
  return false; // the old one stays until the room has ended
}

} // namespace atrium
