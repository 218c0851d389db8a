#include "atrium/actors/room/room_state.hpp"

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/delivery/subscription.hpp"
#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/event_log.hpp"
#include "atrium/broker/log/log.hpp"

namespace atrium {

namespace {

caf::error make_failure(errc code, std::string message) {
  return caf::make_error(code, std::move(message));
}

} // namespace

void room_state::start(environment_ptr env, std::string name,
                       directory_actor directory,
                       std::shared_ptr<room_tally> tally, placement at) {
  tally_ = std::move(tally);
  env_ = std::move(env);
  name_ = std::move(name);
  end_.start(self_, env_, std::move(directory));
  members_.start(env_, self_->id(), name_);
  channel_ = env_->names.room(name_);
  policy_ = env_->limits->outbox_policies.find(name_);
  watched_ = env_->watched->has_room(name_);
  waiting_.start(self_, env_, at, name_);
  history_.start(self_, env_, at, name_);
  presence_.start(self_, env_, name_);
  publisher_.start(self_, env_, at, name_, watched_);
  // The logic before the subscription: when its constructor throws, the bus has
  // not been asked for anything yet.
  answers_.start(env_, name_, watched_,
                 [this](auto due) { context_.wake_by(due); });
  context_.start(logic_actor{self_}, env_, name_);
  owned_.start(self_, env_, at, name_, watched_);
  if (owned_.is_on())
    logic_.start_plain(env_, context_);
  else
    logic_.start(env_, context_, [this](bool give_up) { failed(give_up); });
  // Linked: a room that hears nothing is of no use to its members.
  subscription_ = self_->spawn<subscription, caf::linked>(
    env_, channel_, caf::actor_cast<subscriber_actor>(self_),
    channel_feed::bound{tally_->queue, &backlogs::rooms}, at);
  schedule_tick();
}

void room_state::open() {
  open_ = true;
  waiting_.accept();
  history_.doubt(); // the channel was not heard until now
  presence_.open();
  owned_.link().open();
  // All of them: this answer of the bus is younger than every join that waits.
  admit(waiting_.take_all());
}

void room_state::carry(const channel_carried& x) {
  if (open_)
    admit(waiting_.take_proven(x));
}

void room_state::admit(join_queue::entries joins) {
  for (auto& x : presence_.let_in(std::move(joins)))
    if (owned_.is_on())
      owned_.ask(std::move(x));
    else
      history_.admit(std::move(x));
  passivate_if_empty();
}

void room_state::take(const arrived& x) {
  owned_.take(x);
  presence_.take(x.events, [this](auto& y) { history_.tell_followers(y); });
  history_.take(x);
}

void room_state::refuse(const channel_refused& x) {
  ++env_->delivery_counts->channels_refused;
  // Members stay: the bus goes on asking, and tells of a gap when that helps.
  waiting_.refuse(x.reason);
  passivate_if_empty();
}

void room_state::fail_all(const std::string& reason, errc code) {
  waiting_.fail(waiting_.take_all(), code, reason);
  waiting_.fail(history_.give_up(), code, reason);
  waiting_.fail(presence_.give_up(), code, reason);
  // Also those who have left meanwhile, and would not hear of the end.
  answers_.fail_all(errc::room_died, "the room has ended");
  owned_.link().fail_all(errc::room_died, "the room has ended");
}

void room_state::refuse(join_queue::entries joins, errc why) {
  for (auto& x : joins)
    owned_.take_back(x.request.from);
  waiting_.fail(std::move(joins), why, "the history does not answer");
  passivate_if_empty();
}

void room_state::check_patience() {
  waiting_.check_patience();
  passivate_if_empty();
}

void room_state::take(const history_answered& x) {
  history_.take(x);
  passivate_if_empty(); // all of them may have been refused
}

bool room_state::is_empty() const {
  return members_.empty() && waiting_.empty() && history_.joins() == 0
         && presence_.joins() == 0 && answers_.size() == 0
         && owned_.link().waiting() == 0;
}

void room_state::passivate_if_empty() {
  if (is_empty())
    end_.begin(open_);
}

void room_state::lingered() {
  end_.lingered(is_empty());
}

caf::result<join_accepted> room_state::join(join_room& x) {
  end_.count_join();
  auto answer = self_->make_response_promise<join_accepted>();
  waiting_.add(x, answer, !open_);
  passivate_if_empty(); // may be refused already
  return answer;
}

void room_state::admit(join_queue::entry join, entrance what) {
  auto& [x, answer, number, deadline] = join;
  // Ended by the logic, which was asked about another join; or the owner has
  // changed its mind.
  if (ended_ || !owned_.is_approved(x.from.number())) {
    answer.deliver(make_failure(errc::internal, logic_runner::failed));
    return;
  }
  publisher_.hold_for(x.from.number());
  auto error = refusal(x.from.who);
  // What the logic has told somebody whom it then refuses is dropped.
  auto held = publisher_.release();
  if (error) {
    owned_.take_back(x.from);
    if (watched_)
      watch_log::refused(name_, x.from.who, static_cast<errc>(error.code()));
    answer.deliver(std::move(error));
    return;
  }
  auto lane = x.from.lane;
  auto connection = x.from.number();
  // A connection that has ended while its join waited is reported at once, so
  // it does not stay a member.
  self_->monitor(x.from.connection);
  record(node_event::kind::joined, x.from);
  end_.occupy();
  // The connection knows of its membership before the client does, and the
  // client before it sees a message of the room.
  answer.deliver(join_accepted{room_actor{self_}});
  joined reply{std::move(x.id), std::move(x.room)};
  reply.present = presence_.present();
  reply.unasked = x.unasked;
  presence_.enter(x.from);
  history_.add_member(std::move(x.from), std::move(reply), std::move(what));
  tally_->members.set(members_.size());
  for (auto& message : held.told)
    members_.send(lane, message);
  owned_.admitted(connection);
  for (auto& data : held.published)
    publisher_.publish(std::move(data));
}

void room_state::leave(const leave_room& x) {
  auto number = x.from->id();
  auto i = members_.find(number);
  if (i == members_.end())
    return; // its connection is gone, and so is who would read an answer
  // Who still waits for an answer may be gone before it.
  if (!answers_.waits(number))
    self_->demonitor(x.from.address());
  // In the order of `admit`, too: what the client requests after `left` meets a
  // connection that knows of it.
  self_->send(x.from, leave_done{name_, x.number});
  members_.dismiss(i, left{x.id, name_, x.unasked});
  forget(number);
}

void room_state::lose(actor_number connection) {
  answers_.forget(connection);
  forget(connection);
  heed_logic();
}

void room_state::forget(actor_number connection) {
  auto gone = members_.extract(connection);
  if (!gone)
    return;
  history_.forget(connection);
  presence_.leave(*gone);
  tally_->members.set(members_.size());
  record(node_event::kind::left, *gone);
  if (owned_.is_on())
    owned_.link().leave(gone->who);
  logic_.run([&](room_logic& x) {
    x.on_leave(gone->who);
    return true;
  });
  passivate_if_empty();
}

void room_state::deliver(const std::vector<incoming>& messages) {
  tally_->delivered.add(messages.size());
  for (auto& one : messages) {
    fan_out message{self_->id(), one.content, policy_,
                    connection_number(*env_, one.content->skipped()), one.from};
    auto [reached, missed] = members_.send(message);
    if (one.watched)
      watch_log::delivered(*one.watched, reached, missed);
  }
}

void room_state::tell_gap(const interrupted& x) {
  if (x.why == interrupted::cause::repaired)
    waiting_.accept();
  presence_.doubt();
  owned_.link().doubt();
  // It knows what was missed, or else who has to be told.
  if (history_.is_on())
    return history_.doubt();
  gap what{scope::room, name_, x.from, x.to};
  if (watched_)
    watch_log::missed(what);
  members_.tell(what);
}

void room_state::record(node_event::kind what, const room_member& x) {
  if ((watched_ || x.watched) && what == node_event::kind::joined)
    watch_log::joined(name_, x.who);
  if ((watched_ || x.watched) && what == node_event::kind::left)
    watch_log::left(name_, x.who);
  env_->events->record([&] {
    return node_event{what, "room", name_, x.who.user, x.who.connection};
  });
}

} // namespace atrium
