#include "atrium/actors/testing/fake_room_base.hpp"

#include <algorithm>
#include <exception>

namespace atrium {

using namespace std::chrono_literals;

namespace {

/// What a task can do that runs in the thread of the test.
class fake_control final : public task_control {
public:
  void report(std::string progress) override {
    latest = std::move(progress);
  }

  bool is_cancelled() const noexcept override {
    return false;
  }

  std::optional<std::string> latest;
};

} // namespace

template <class Hook>
auto fake_room_base::call(Hook hook) {
  try {
    return hook(*logic_);
  } catch (...) {
    restart();
    throw;
  }
}

fake_room_base::fake_room_base(std::string name, room_types types)
  : types_(std::move(types)),
    context_(std::move(name)),
    logic_(types_.make(context_)) {
  schedule_tick();
}

fake_room_base::~fake_room_base() {
  try {
    room_types::discard(std::move(logic_));
  } catch (...) {
    // nop
  }
}

void fake_room_base::restart() {
  ++restarts_;
  context_.restart();
  room_types::discard(std::exchange(logic_, types_.make(context_)));
}

fake_member fake_room_base::join(std::string user,
                                 std::shared_ptr<const std::string> info) {
  member who{std::move(user), std::to_string(++connections_), std::move(info)};
  context_.begin_join(who);
  auto verdict = call([&](room_logic& x) { return x.on_join(who); });
  auto held = context_.end();
  if (!verdict.refusal()) {
    context_.add(who, std::move(held.told));
    for (auto& x : held.after)
      context_.publish(std::move(x));
  }
  context_.deliver();
  return {std::move(who), verdict.refusal()};
}

void fake_room_base::leave(const member& who) {
  auto gone = context_.remove(who);
  if (!gone)
    return;
  call([&](room_logic& x) { x.on_leave(*gone); });
  context_.deliver();
}

auto fake_room_base::say(const member& from, std::string data) -> outcome_ptr {
  for (auto& x : context_.members())
    if (x.connection == from.connection)
      return ask(x, std::move(data));
  return std::make_shared<fake_outcome>(
    fake_outcome::failure(errc::not_a_member, "only members may publish"));
}

auto fake_room_base::post(std::string data) -> outcome_ptr {
  return ask({}, std::move(data));
}

auto fake_room_base::ask(const member& from, std::string data) -> outcome_ptr {
  room_message message{std::move(data), {}, {}, context_.begin_message()};
  auto verdict
    = call([&](room_logic& x) { return x.on_message(from, message); });
  auto held = context_.end();
  auto result = std::make_shared<fake_outcome>();
  if (review(verdict, std::move(message.data), result))
    for (auto& x : held.after)
      context_.publish(std::move(x));
  context_.deliver();
  return result;
}

// Returns whether it is followed by what the logic wants to follow it.
bool fake_room_base::review(const decision& verdict, std::string data,
                            const std::shared_ptr<fake_outcome>& result) {
  if (verdict.refusal()) {
    *result = fake_outcome::failure(errc::room_refused, *verdict.refusal());
    return false;
  }
  if (verdict.answer()) {
    *result = context_.check(*verdict.answer());
  } else if (auto patience = verdict.patience()) {
    context_.put_off(result, *patience);
  } else if (context_.take_json(data)) {
    *result = {fake_outcome::state::published, errc::none, data};
    context_.send(std::move(data));
  } else {
    *result = fake_outcome::failure(errc::internal,
                                    "the room's logic made an invalid message");
    return false;
  }
  return true;
}

// -- time ---------------------------------------------------------------------

void fake_room_base::advance(std::chrono::milliseconds x) {
  auto end = context_.clock + x;
  auto next = context_.clock;
  for (auto due = next_due(); due; due = next_due()) {
    auto at = std::max(*due, next);
    if (at > end)
      break;
    context_.clock = at;
    take_turn();
    next = at + 1ms; // a timer without delay shall not stop the time
  }
  context_.clock = end;
}

auto fake_room_base::next_due() const -> std::optional<time_point> {
  auto result = context_.earliest();
  return tick_ && (!result || *tick_ < *result) ? tick_ : result;
}

void fake_room_base::take_turn() {
  auto now = context_.clock;
  context_.expire_answers();
  auto is_late = [now](auto& x) { return x.second.deadline <= now; };
  while (auto late = context_.take_task(is_late))
    fail(*late, {task_failure::reason::overdue, "no result in time"});
  auto last = context_.timers.last();
  while (auto timer = context_.timers.take_due(now, last))
    call([&](room_logic& x) { x.on_timer(*timer); });
  context_.deliver();
  if (tick_ && *tick_ <= now)
    tick();
}

void fake_room_base::tick() {
  try {
    call([](room_logic& x) { x.on_tick(); });
  } catch (...) {
    schedule_tick(); // for the fresh logic
    throw;
  }
  schedule_tick();
  context_.deliver();
}

void fake_room_base::schedule_tick() {
  tick_.reset();
  auto interval = call([](room_logic& x) { return x.tick_interval(); });
  if (interval.count() > 0)
    tick_ = context_.later(interval);
}

// -- tasks --------------------------------------------------------------------

std::size_t fake_room_base::run_tasks() {
  std::size_t result = 0;
  auto is_old = [last = context_.last_task](auto& x) {
    return x.first <= last; // not begun meanwhile
  };
  for (; auto x = context_.take_task(is_old); ++result)
    finish(*x);
  return result;
}

std::size_t fake_room_base::fail_tasks(const task_failure& why) {
  std::size_t result = 0;
  auto is_old
    = [last = context_.last_task](auto& x) { return x.first <= last; };
  for (; auto x = context_.take_task(is_old); ++result) {
    fail(*x, why);
    context_.deliver();
  }
  return result;
}

void fake_room_base::finish(const fake_context::begun_task& x) {
  fake_control control;
  std::optional<std::string> error;
  try {
    x.task.work(control);
  } catch (const std::exception& thrown) {
    error = thrown.what();
  } catch (...) {
    error = "unknown exception";
  }
  if (control.latest && x.task.how.on_progress)
    call([&](room_logic&) { x.task.how.on_progress(*control.latest); });
  if (error)
    fail(x, {task_failure::reason::failed, *error});
  else
    call([&](room_logic&) { x.task.then(); });
  context_.deliver();
}

void fake_room_base::fail(const fake_context::begun_task& x,
                          const task_failure& why) {
  if (x.task.how.on_failure)
    call([&](room_logic&) { x.task.how.on_failure(why); });
}

} // namespace atrium
