#include "atrium/actors/owner/saved_logic.hpp"

#include "atrium/actors/json_loader.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace atrium {

namespace {

using namespace std::chrono;

// Fields of the state.
constexpr auto logic_field = "logic";
constexpr auto timers_field = "timers";
constexpr auto ahead_field = "ahead";

constexpr auto never_saved = std::numeric_limits<std::uint64_t>::max();

// By name: due at this time, since 1970, and after each such interval; in ms.
using timer_texts
  = std::map<std::string, std::pair<std::int64_t, std::int64_t>>;

} // namespace

void saved_logic::start(environment_ptr env) {
  env_ = std::move(env);
}

bool saved_logic::restore(std::string_view field, const std::string& value) {
  if (field == logic_field)
    text_ = value;
  else if (field == timers_field)
    timers_ = value;
  else if (field == ahead_field)
    is_ahead_ = true;
  else
    return false;
  return true;
}

bool saved_logic::finish_restoring(time_point now) {
  if (text_.empty() || !logic_.can_restore() || !logic_.restore(text_)) {
    text_.clear();
    timers_version_ = never_saved; // those of the old state go with it
    return false;
  }
  saved_at_ = now;
  timer_texts all;
  if (!timers_.empty() && !json_loader::from_json(timers_, all)) {
    std::vector<room_timers::entry> timers;
    for (auto& [name, x] : all) {
      unix_time due{milliseconds{x.first}};
      timers.push_back({name, now + (due - env_->now()),
                        std::max(milliseconds{x.second}, milliseconds{0})});
    }
    context_.restore(std::move(timers));
  }
  timers_version_ = context_.timers().version();
  return !is_ahead_;
}

void saved_logic::save(word_draft& out, time_point now, bool is_final) {
  if (!logic_.can_restore() || is_forgotten_)
    return;
  save_logic(out, now, is_final);
  save_timers(out, now);
}

void saved_logic::save_logic(word_draft& out, time_point now, bool is_final) {
  auto text = logic_.describe();
  if (text == text_ && !text_.empty()) {
    due_.reset();
    if (std::exchange(is_ahead_, false))
      out.drop(ahead_field);
    return;
  }
  auto interval = logic_.run([](auto& x) { return x.snapshot_interval(); })
                    .value_or(milliseconds{0});
  if (is_forgotten_)
    return; // it has failed for the last time
  auto is_early = interval > milliseconds{0} && !text_.empty() && !is_final
                  && (!due_ || now < *due_);
  if (!is_early) {
    due_.reset();
    saved_at_ = now;
    text_ = std::move(text);
    out.change(logic_field, text_);
    if (std::exchange(is_ahead_, false))
      out.drop(ahead_field);
    return;
  }
  if (!due_)
    due_ = now + interval;
  if (!out.is_silent() && !std::exchange(is_ahead_, true))
    out.change(ahead_field, std::string{"1"});
}

void saved_logic::save_timers(word_draft& out, time_point now) {
  auto& timers = context_.timers();
  if (timers.version() == timers_version_)
    return;
  timers_version_ = timers.version();
  timer_texts all;
  for (auto& x : timers.list()) {
    auto due = env_->now() + duration_cast<milliseconds>(x.due - now);
    all[x.name] = {due.time_since_epoch().count(), x.interval.count()};
  }
  if (all.empty())
    out.drop(timers_field);
  else
    out.change(timers_field, json_inspector::to_json(all));
}

void saved_logic::forget(word_draft& out) {
  is_forgotten_ = true;
  due_.reset();
  for (auto field : {logic_field, timers_field, ahead_field})
    out.drop(field);
}

} // namespace atrium
