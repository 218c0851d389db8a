#include "atrium/actors/room/room_history.hpp"

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/delivery/history_reading.hpp"
#include "atrium/actors/delivery/packet_decoding.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/broker/bus.hpp"

#include <caf/send.hpp>

#include <random>
#include <utility>

namespace atrium {

namespace {

using namespace std::chrono_literals;

// A history that has just failed is not asked at once.
constexpr auto retry_pause = 1s;

// How long a room that hears nothing may not know that it has missed the last
// message: nothing comes after it that would show the hole. Each room at a time
// of its own, so that not all of them ask at once.
std::chrono::milliseconds look_pause() {
  static thread_local std::minstd_rand random{std::random_device{}()};
  return std::chrono::milliseconds{
    std::uniform_int_distribution<int>{30'000, 60'000}(random)};
}

} // namespace

void room_history::start(room_actor::pointer self, environment_ptr env,
                         placement at, const std::string& name) {
  self_ = self;
  env_ = std::move(env);
  placement_ = at;
  name_ = name;
  channel_ = env_->names.room(name);
  last_time_ = env_->now();
  if (placement_.bus_of(*env_).history() == nullptr)
    return;
  auto rule = env_->limits->history.find(name);
  log_.start(rule, env_->limits->history_page);
  if (!is_on())
    return;
  history_query most{rule, std::nullopt, env_->limits->history_page};
  bound_page(most, *env_);
  followers_.start(self_);
  replays_.start(std::move(most), env_->limits->replays.find(name),
                 {env_->backlogs, &env_->backlogs->replays});
  look_later();
}

void room_history::look_later() {
  self_->delayed_send(self_, look_pause(), history_due{true});
}

// -- joins --------------------------------------------------------------------

void room_history::admit(join_queue::entry x) {
  if (!is_on())
    return owner_.admit(std::move(x), {});
  if (log_.is_known())
    admit(std::move(x), false);
  else
    early_.push_back({std::move(x), 0});
  ask();
}

// A position that this room does not have may be one that it has not heard of
// yet, from a node that was faster: the history decides, by an answer that is
// younger than the join.
void room_history::admit(join_queue::entry x, bool is_sure) {
  auto since = x.request.since;
  auto& now = log_.at();
  if (!since && replays_.gives_newest())
    return replays_.add_newest(std::move(x));
  if (!since)
    return owner_.admit(std::move(x), {now});
  if (*since == now)
    return owner_.admit(std::move(x), {now, true});
  if (since->epoch == now.epoch && since->offset < now.offset)
    return replays_.add({std::move(x), 0, since->offset});
  if (is_sure)
    return owner_.admit(std::move(x), {now, false});
  early_.push_back({std::move(x), log_.next_question()});
  log_.doubt();
}

void room_history::admit_early() {
  if (log_.is_behind())
    return;
  auto waiting = std::exchange(early_, {});
  for (auto& x : waiting)
    if (x.number <= log_.answered())
      admit(std::move(x.join), x.number != 0);
    else
      early_.push_back(std::move(x));
}

join_queue::entries room_history::give_up() {
  join_queue::entries result;
  for (auto& x : std::exchange(early_, {}))
    result.push_back(std::move(x.join));
  for (auto& x : replays_.clear())
    if (x.join)
      result.push_back(std::move(*x.join));
  return result;
}

// -- members ------------------------------------------------------------------

void room_history::add_member(room_member x, joined answer, entrance what) {
  answer.at = what.at;
  answer.recovered = what.recovered;
  if (what.messages.empty() && !what.has_more)
    return members_.add(std::move(x), std::move(answer));
  auto first = followers_.portion(x.lane, x.number(), std::move(what));
  first.answer = std::move(answer);
  members_.add(std::move(x), std::move(first));
}

void room_history::go_on(const caught_up& x) {
  if (auto* has = followers_.find(x))
    go_on(x.connection, *has);
}

void room_history::go_on(actor_number connection, const position& has) {
  if (has.epoch != log_.at().epoch || has.offset > log_.at().offset)
    return followers_.end(connection, loss(log_.at()));
  replays_.add({std::nullopt, connection, has.offset});
  ask();
}

void room_history::forget(actor_number connection) {
  if (followers_.erase(connection))
    replays_.remove(connection);
}

gap room_history::loss(position now) const {
  return {scope::room, name_, last_time_, env_->now(), std::move(now)};
}

// -- messages -----------------------------------------------------------------

void room_history::take(const arrived& x) {
  if (!is_on())
    return owner_.deliver(x.batch);
  deliver(log_.take(x));
  ask();
}

void room_history::deliver(const std::vector<incoming>& messages) {
  if (messages.empty())
    return;
  for (auto& x : messages)
    replays_.note(x);
  last_time_ = std::max(last_time_, messages.back().content->about().time);
  owner_.deliver(messages);
}

void room_history::doubt() {
  log_.doubt();
  log_.retry();
  ask();
}

void room_history::look(const history_due& x) {
  if (x.is_look) {
    replays_.forget_known(); // whoever comes with others has come
    log_.doubt();
    look_later();
  } else {
    log_.retry();
  }
  ask();
}

// -- questions ----------------------------------------------------------------

void room_history::ask() {
  if (auto question = log_.ask())
    read(std::move(*question), history_answered::about::room);
  // Joins and followers have a position only where the room has one.
  if (!log_.is_known())
    return;
  if (auto known = replays_.hand_out_known(log_.at()); !known.empty()) {
    env_->room_counts->replays_from_memory += known.size();
    hand_out(std::move(known));
  }
  if (log_.holds_back())
    return;
  if (auto question = replays_.ask(log_.at()))
    read(std::move(*question), history_answered::about::replay);
}

void room_history::read(history_query what, history_answered::about about) {
  bound_page(what, *env_);
  placement_.bus_of(*env_).history()->read(
    channel_, std::move(what),
    [to = room_actor{self_}, about](history_page page) {
      caf::anon_send(to, history_answered{about, std::make_shared<history_page>(
                                                   std::move(page))});
    });
}

void room_history::take(const history_answered& x) {
  if (x.page->error != errc::none)
    return fail(x);
  end_at_too_large(*x.page, *env_);
  auto messages = decode_stored(*x.page, *env_);
  if (x.what == history_answered::about::room)
    take_own(*x.page, std::move(messages));
  else
    take_replay(*x.page, std::move(messages));
  ask();
}

void room_history::take_own(const history_page& page,
                            std::vector<incoming> messages) {
  auto progress = log_.answer(page, std::move(messages));
  std::vector<replay_queue::reader> behind;
  if (progress.lost) {
    members_.tell(loss(*progress.lost));
    behind = replays_.clear();
  }
  // Before anybody comes in: the position has all of them already.
  deliver(progress.messages);
  // Positions of before may still be good. Who has none any more hears it.
  for (auto& x : behind)
    if (x.join)
      admit(std::move(*x.join), true);
    else if (auto* has = followers_.find(x.member))
      go_on(x.member, *has);
  admit_early();
}

void room_history::take_replay(const history_page& page,
                               std::vector<incoming> messages) {
  hand_out(replays_.answer(page, std::move(messages), log_.at()));
}

void room_history::hand_out(std::vector<replay_queue::portion> portions) {
  for (auto& x : portions)
    if (x.to.join && x.is_lost)
      owner_.admit(std::move(*x.to.join), {log_.at(), false});
    else if (x.to.join)
      owner_.admit(std::move(*x.to.join), std::move(x.what));
    else if (x.is_lost)
      followers_.end(x.to.member, loss(log_.at()));
    else
      followers_.hand_on(x.to.member, std::move(x.what));
}

// The room and its members wait for a better time; joins do not.
void room_history::fail(const history_answered& x) {
  join_queue::entries joins;
  if (x.what == history_answered::about::room) {
    log_.fail();
    for (auto& y : std::exchange(early_, {}))
      joins.push_back(std::move(y.join));
  } else {
    joins = replays_.fail();
    log_.hold_back();
  }
  self_->delayed_send(self_, retry_pause, history_due{});
  owner_.refuse(std::move(joins), x.page->error);
}

} // namespace atrium
