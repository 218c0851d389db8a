#include "atrium/actors/testing/fake_context.hpp"

#include "atrium/broker/json/json_object.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

void fake_context::begin_join(const member& who) {
  joining_ = who.connection;
  is_asking_ = true;
}

answer_ticket fake_context::begin_message() {
  is_asking_ = true;
  early_.reset();
  return {++last_ticket_};
}

auto fake_context::end() -> held_words {
  joining_.reset();
  is_asking_ = false;
  return std::exchange(held_, {});
}

fake_outcome fake_context::check(std::string answer) {
  if (take_json(answer))
    return {fake_outcome::state::answered, errc::none, std::move(answer)};
  return fake_outcome::failure(errc::internal,
                               "the room's logic made an invalid answer");
}

void fake_context::put_off(std::shared_ptr<fake_outcome> outcome,
                           std::chrono::milliseconds patience) {
  answers_.emplace(last_ticket_,
                   waiting_answer{std::move(outcome), later(patience)});
  if (auto early = std::exchange(early_, std::nullopt))
    give({last_ticket_}, std::move(*early));
}

void fake_context::give(answer_ticket to, fake_outcome x) {
  if (auto found = answers_.extract(to.number); !found.empty())
    *found.mapped().outcome = std::move(x);
  else if (to.number == last_ticket_ && !early_)
    early_ = std::move(x);
}

void fake_context::expire_answers() {
  for (auto i = answers_.begin(); i != answers_.end();) {
    auto at = i++;
    if (at->second.deadline <= clock)
      *answers_.extract(at).mapped().outcome = fake_outcome::failure(
        errc::timeout, "the room has not answered in time");
  }
}

void fake_context::add(member who, texts told) {
  heard[who.connection] = std::move(told);
  members_.push_back(std::move(who));
}

std::optional<member> fake_context::remove(const member& who) {
  auto i = find(who);
  if (i == members_.end())
    return std::nullopt;
  std::optional result{*i};
  members_.erase(i);
  return result;
}

auto fake_context::find(const member& who) const
  -> std::vector<member>::const_iterator {
  return std::ranges::find(members_, who.connection, &member::connection);
}

bool fake_context::take_json(const std::string& x) {
  if (is_json_value(x))
    return true;
  dropped.push_back(x);
  return false;
}

void fake_context::send(std::string data) {
  published.push_back(data);
  on_the_way_.push_back(std::move(data));
}

void fake_context::deliver() {
  for (auto& data : std::exchange(on_the_way_, {}))
    for (auto& x : members_)
      heard[x.connection].push_back(data);
}

auto fake_context::later(std::chrono::milliseconds x) const -> time_point {
  return clock
         + std::clamp<std::chrono::milliseconds>(x, {}, room_timers::longest);
}

void fake_context::restart() {
  end();
  timers.clear();
  tasks.clear();
  for (auto& [number, x] : std::exchange(answers_, {}))
    *x.outcome
      = fake_outcome::failure(errc::internal, "the room's logic failed");
  deliver();
}

auto fake_context::earliest() const -> std::optional<time_point> {
  auto result = timers.earliest();
  auto consider = [&](auto& from) {
    for (auto& [number, x] : from)
      if (!result || x.deadline < *result)
        result = x.deadline;
  };
  consider(answers_);
  consider(tasks);
  return result;
}

// -- implementation of room_context -------------------------------------------

unix_time fake_context::now() const {
  using namespace std::chrono;
  return unix_time{seconds{1'700'000'000}
                   + floor<milliseconds>(clock.time_since_epoch())};
}

void fake_context::publish(std::string data) {
  if (take_json(data))
    send(std::move(data));
}

void fake_context::publish_after(std::string data) {
  if (is_asking_)
    held_.after.push_back(std::move(data));
  else
    publish(std::move(data));
}

void fake_context::tell(const member& who, std::string data) {
  if (!take_json(data))
    return;
  if (joining_ == who.connection)
    held_.told.push_back(std::move(data));
  else if (find(who) != members_.end())
    heard[who.connection].push_back(std::move(data));
}

void fake_context::reply(answer_ticket to, std::string data) {
  give(to, check(std::move(data)));
}

void fake_context::refuse(answer_ticket to, std::string_view reason) {
  give(to, fake_outcome::failure(errc::room_refused,
                                 *decision::refuse(reason).refusal()));
}

void fake_context::set_timer(std::string name, std::chrono::milliseconds first,
                             std::chrono::milliseconds interval) {
  timers.set(std::move(name), clock, first, interval);
}

bool fake_context::cancel_timer(std::string_view name) {
  return timers.cancel(name);
}

void fake_context::run(room_task task) {
  auto deadline = later(task.how.deadline);
  tasks.emplace(++last_task, begun_task{std::move(task), deadline});
}

} // namespace atrium
