// When an owner looks at what, and when it ends because nobody needs it.

#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/owner/owner_state.hpp"
#include "atrium/actors/room_homes.hpp"

#include <algorithm>

namespace atrium {

namespace {

using namespace std::chrono_literals;

// Nodes whose members an owner has have to be seen in the registry; rarely,
// since the table tells of those that go.
constexpr auto pause_between_checks = 1min;

} // namespace

void owner_state::check_later(std::chrono::seconds pause) {
  check_at_ = self_->clock().now() + pause;
  wake_by(*check_at_);
}

void owner_state::wake_by(time_point due) {
  if (wakes_at_ && *wakes_at_ <= due)
    return;
  wakes_at_ = due;
  auto rest = due - self_->clock().now();
  self_->delayed_send(self_, std::max(rest, decltype(rest)::zero()),
                      owner_due{});
}

void owner_state::take(const owner_due&) {
  auto now = self_->clock().now();
  if (!wakes_at_ || now < *wakes_at_)
    return; // another one is under way
  wakes_at_.reset();
  if (phase_ != phase::open)
    return;
  if (check_at_ && *check_at_ <= now)
    drop_missing();
  speak();
  offer_to_end();
  for (auto due : {check_at_, saved_.due(), renew_at_})
    if (due && phase_ == phase::open)
      wake_by(*due);
}

// Members of nodes that had gone before this owner came, or that nobody has
// seen.
void owner_state::drop_missing() {
  check_later(pause_between_checks);
  auto alive = env_->homes->alive();
  if (!alive)
    return;
  run_set known;
  for (auto& run : windows_.runs())
    known.insert(run);
  for (auto& x : members_.list())
    known.emplace(run_of(x.connection));
  for (auto& run : known)
    if (alive->count(run) == 0)
      lose_run(run);
}

void owner_state::take(const runs_lost& x) {
  if (phase_ != phase::open)
    return;
  for (auto& run : *x.runs)
    lose_run(run);
  speak();
  offer_to_end();
}

void owner_state::tick() {
  if (phase_ != phase::open)
    return;
  logic_.run([](room_logic& x) {
    x.on_tick();
    return true;
  });
  speak();
  schedule_tick();
}

void owner_state::schedule_tick() {
  auto interval = logic_.run([](room_logic& x) { return x.tick_interval(); });
  if (interval && interval->count() > 0)
    self_->delayed_send(self_, *interval, tick_atom{});
}

// When nobody is in the room, for as long as its logic wants to linger. The
// table decides, as the directory does of rooms.
void owner_state::offer_to_end() {
  auto is_empty = members_.size() == 0 && queue_.empty() && under_way_ == 0
                  && answers_.size() == 0;
  if (phase_ != phase::open || !is_empty) {
    empty_since_.reset();
    return;
  }
  auto now = self_->clock().now();
  if (!empty_since_)
    empty_since_ = now;
  auto linger = logic_.run([](room_logic& x) { return x.linger(); });
  auto end = *empty_since_ + std::max(linger.value_or(0ms), 0ms);
  if (now < end)
    return wake_by(end);
  self_->send(table_, passivate{self_->id(), received_});
}

caf::error inspect(json_inspector& f, owner_state& x) {
  auto saved = x.saved_.saved_at();
  std::chrono::duration<double> age{0};
  if (saved)
    age = x.self_->clock().now() - *saved;
  return f(named("name"), x.name_, named("token"), x.token_, named("open"),
           x.phase_ == owner_state::phase::open, named("members"),
           x.members_.size(), named("rooms"), x.windows_.size(),
           named("waiting"), x.queue_.size(), named("words"), x.number_,
           named("under_way"), x.under_way_, named("saved"), saved.has_value(),
           named("saved_age_s"), age, named("ahead"), x.saved_.is_ahead(),
           named("state_fields"), x.draft_.fields(), named("errors"),
           x.logic_.failures(), named("restarts"), x.logic_.failures(),
           named("timers"), x.context_.timers().size(), named("next_timers"),
           x.context_.timers().next(20, x.self_->clock().now()), named("tasks"),
           x.context_.tasks().list(), named("logic"),
           raw_json{x.logic_.is_started() ? x.logic_.describe() : "null"});
}

} // namespace atrium
