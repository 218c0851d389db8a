#include "atrium/actors/room/logic_runner.hpp"

#include "atrium/actors/room_types.hpp"
#include "atrium/actors/util/hook_watch.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/log/log.hpp"

#include <stdexcept>

namespace atrium {

logic_runner::~logic_runner() {
  // Not left to the pointer: the destructor of the logic may throw.
  discard(std::move(state_));
}

void logic_runner::start(environment_ptr env, room_context& context,
                         failure_handler on_failure) {
  env_ = std::move(env);
  context_ = &context;
  name_ = context.room_name();
  on_failure_ = std::move(on_failure);
  auto watched = env_->hooks->begin(name_);
  is_custom_ = env_->rooms->has(name_);
  try {
    state_ = env_->rooms->make(context);
  } catch (const std::exception& error) {
    complain(hook_error::of(error, {}));
    throw;
  } catch (...) { // an actor whose start fails with it would hang
    complain(unknown());
    throw std::runtime_error{unknown().type};
  }
}

void logic_runner::start_plain(environment_ptr env, room_context& context) {
  env_ = std::move(env);
  context_ = &context;
  name_ = context.room_name();
  state_ = room_types::make_plain(context);
}

bool logic_runner::can_restore() const {
  return room_types::can_restore(*state_);
}

bool logic_runner::restore(std::string_view text) {
  std::optional<std::string> fault;
  try {
    fault = room_types::restore(*state_, text);
  } catch (const std::exception& error) {
    fault = hook_error::of(error, {text}).text;
  } catch (...) {
    fault = unknown().type;
  }
  if (!fault)
    return true;
  log::error("room_state_unreadable", {{"room", name_}, {"error", *fault}},
             "room cannot read its saved state, and begins anew");
  make_anew();
  return false;
}

void logic_runner::restart(const hook_error& why) {
  using namespace std::chrono_literals;
  log::error("room_logic_restarted",
             {{"room", name_}, {"error", why.type}, {"text", why.text}},
             "room restarts its logic");
  ++env_->room_counts->room_restarts;
  ++failures_;
  auto now = env_->now();
  restarts_.push_back(now);
  std::erase_if(restarts_, [now](unix_time x) { // or the clock was set back
    return now - x > 1min || x > now;
  });
  // A room that is given up gets no new state: nobody would use it.
  auto often = restarts_.size() > env_->limits->restarts_per_minute;
  on_failure_(often || !make_anew());
}

std::string logic_runner::describe() const {
  auto complain = [this](const hook_error& why) {
    log::error("room_inspection_failed",
               {{"room", name_}, {"error", why.type}, {"text", why.text}},
               "room cannot be inspected");
    return std::string{"null"};
  };
  try {
    auto result = env_->rooms->describe(*state_);
    if (is_json_value(result))
      return result;
    return complain({"no JSON in UTF-8", {}});
  } catch (const std::exception& error) {
    return complain(hook_error::of(error, {}));
  } catch (...) {
    return complain(unknown());
  }
}

// If there is no new one the old one stays until the room has ended.
bool logic_runner::make_anew() {
  try {
    discard(std::exchange(state_, env_->rooms->make(*context_)));
    return true;
  } catch (const std::exception& error) {
    complain(hook_error::of(error, {}));
  } catch (...) {
    complain(unknown());
  }
  return false;
}

void logic_runner::complain(const hook_error& why) const {
  log::error("room_logic_failed",
             {{"room", name_}, {"error", why.type}, {"text", why.text}},
             "room has no logic");
}

void logic_runner::discard(std::unique_ptr<room_logic> x) const {
  auto complain = [this](const hook_error& why) {
    log::error("room_logic_unclean",
               {{"room", name_}, {"error", why.type}, {"text", why.text}},
               "room's logic fails as it ends");
  };
  try {
    room_types::discard(std::move(x));
  } catch (const std::exception& error) {
    complain(hook_error::of(error, {}));
  } catch (...) {
    complain(unknown());
  }
}

} // namespace atrium
