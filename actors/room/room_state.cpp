#include "atrium/actors/room/room_state.hpp"

#include "atrium/actors/delivery/subscription.hpp"
#include "atrium/actors/delivery/trace_log.hpp"
#include "atrium/broker/log/log.hpp"

namespace atrium {

namespace {

using namespace std::chrono_literals;

caf::error make_failure(errc code, std::string message) {
  return caf::make_error(code, std::move(message));
}

} // namespace

void room_state::start(environment_ptr env, std::string name,
                       directory_actor directory,
                       std::shared_ptr<room_tally> tally) {
  tally_ = std::move(tally);
  env_ = std::move(env);
  name_ = std::move(name);
  directory_ = std::move(directory);
  lanes_.emplace(
    env_, self_->id(),
    [room = self_->id(), name = name_](auto& to, auto from, auto until) {
      caf::anon_send(to,
                     tell_members{room, {gap{scope::room, name, from, until}}});
    });
  members_on_.resize(lanes_->size());
  channel_ = env_->names.room(name_);
  policy_ = env_->limits.outbox_policies.find(name_);
  traced_ = env_->traced.has_room(name_);
  waiting_.start(self_, env_, name_);
  logic_.start(env_, *this, [this](bool give_up) { failed(give_up); });
  subscription_ = self_->spawn<subscription, caf::linked>(
    env_, channel_, caf::actor_cast<subscriber_actor>(self_),
    channel_feed::bound{tally_->queue, &backlogs::rooms});
  schedule_tick();
}

void room_state::open() {
  open_ = true;
  waiting_.accept();
  admit(waiting_.take_all());
}

void room_state::carry(const channel_carried& x) {
  if (open_)
    admit(waiting_.take_proven(x));
}

void room_state::admit(join_queue::entries joins) {
  for (auto& x : joins)
    if (ended_) // by the logic, which was asked about one of them
      x.answer.deliver(make_failure(errc::internal, logic_failed));
    else
      admit(x.request, std::move(x.answer));
  passivate_if_empty();
}

void room_state::refuse(const channel_refused& x) {
  ++env_->counters->channels_refused;
  waiting_.refuse(x.reason);
  passivate_if_empty();
}

void room_state::fail_joins(const std::string& reason) {
  waiting_.fail(reason);
}

void room_state::check_patience() {
  waiting_.check_patience();
  passivate_if_empty();
}

void room_state::passivate_if_empty() {
  if (!members_.empty() || !waiting_.empty())
    return;
  if (!open_)
    return offer_to_passivate(); // and let the next one try anew
  auto linger = logic_.run([](room_logic& x) { return x.linger(); });
  if (!empty_since_) // or else who is not let in would keep the room
    empty_since_ = env_->now();
  if (!linger || linger->count() <= 0)
    offer_to_passivate();
  else if (!std::exchange(lingering_, true))
    self_->delayed_send(self_, *linger, room_lingered{});
}

// One timer at a time, however often the room becomes empty meanwhile.
void room_state::lingered() {
  lingering_ = false;
  if (!members_.empty() || !waiting_.empty())
    return;
  auto linger = logic_.run([](room_logic& x) { return x.linger(); });
  auto whole = linger.value_or(0ms);
  // Once more at most, should the clock have been set back.
  auto rest
    = std::min<unix_time::duration>(whole, *empty_since_ + whole - env_->now());
  if (rest <= 0ms)
    return offer_to_passivate();
  lingering_ = true;
  self_->delayed_send(self_, rest, room_lingered{});
}

void room_state::offer_to_passivate() {
  self_->send(directory_, passivate{self_->id(), received_joins_});
}

caf::result<join_accepted> room_state::join(join_room& x) {
  ++received_joins_;
  auto answer = self_->make_response_promise<join_accepted>();
  waiting_.add(x, answer, !open_);
  passivate_if_empty(); // may be refused already
  return answer;
}

void room_state::admit(join_room& x, join_queue::promise answer) {
  auto number = x.from.number();
  joining_ = number;
  auto error = refusal(x.from.who);
  joining_ = 0;
  auto held = std::exchange(held_, {});
  if (error) {
    if (traced_)
      trace::refused(name_, x.from.who, static_cast<errc>(error.code()));
    answer.deliver(std::move(error));
    return;
  }
  auto lane = x.from.lane;
  self_->monitor(x.from.connection);
  record(node_event::kind::joined, x.from);
  members_.emplace(number, std::move(x.from));
  empty_since_.reset();
  ++members_on_[lane];
  tally_->members.set(members_.size());
  // The connection knows of its membership before the client does, and the
  // client before it sees a message of the room.
  answer.deliver(join_accepted{room_actor{self_}});
  self_->send(lanes_->actor(lane),
              add_member{self_->id(), number,
                         joined{std::move(x.id), std::move(x.room)}});
  for (auto& message : held)
    lanes_->send(lane, message);
}

caf::error room_state::refusal(const member& who) {
  auto most = env_->limits.members_per_room;
  if (most != 0 && members_.size() >= most)
    return make_failure(errc::room_full, "the room is full");
  auto verdict
    = logic_.run([&](room_logic& x) { return x.on_join(who); },
                 {who.info ? std::string_view{*who.info} : std::string_view{}});
  if (!verdict)
    return make_failure(errc::internal, logic_failed);
  if (verdict->refusal())
    return make_failure(errc::room_refused, *verdict->refusal());
  return {};
}

void room_state::leave(const leave_room& x) {
  auto number = x.from->id();
  auto i = members_.find(number);
  if (i == members_.end())
    return; // its connection is gone, and so is who would read an answer
  self_->demonitor(x.from.address());
  self_->send(x.from, leave_done{name_, x.id});
  self_->send(lanes_->actor(i->second.lane),
              remove_member{self_->id(), number, left{x.id, name_}});
  forget(number);
}

void room_state::lost(actor_number connection) {
  if (members_.contains(connection))
    forget(connection);
}

void room_state::forget(actor_number connection) {
  auto gone = members_.extract(connection);
  --members_on_[gone.mapped().lane];
  tally_->members.set(members_.size());
  record(node_event::kind::left, gone.mapped());
  logic_.run([&](room_logic& x) {
    x.on_leave(gone.mapped().who);
    return true;
  });
  passivate_if_empty();
}

std::vector<member> room_state::members() const {
  std::vector<member> result;
  result.reserve(members_.size());
  for (auto& [number, x] : members_)
    result.push_back(x.who);
  return result;
}

void room_state::deliver(const arrived& x) {
  tally_->delivered.add(x.batch.size());
  for (auto& one : x.batch) {
    fan_out message{self_->id(), one.content.of_room(self_->id(), policy_),
                    connection_number(*env_, one.skip), one.from};
    std::size_t reached = 0;
    for (std::size_t lane = 0; lane < members_on_.size(); ++lane)
      if (members_on_[lane] != 0 && lanes_->send(lane, message))
        reached += members_on_[lane];
    auto missed = members_.size() - reached;
    if (reached != 0 && members_.contains(message.skip))
      --reached;
    if (one.traced)
      trace::delivered(*one.traced, reached, missed);
  }
}

void room_state::tell_gap(const interrupted& x) {
  waiting_.accept();
  gap what{scope::room, name_, x.from, x.to};
  if (traced_)
    trace::missed(what);
  tell_lanes(what);
}

void room_state::tell_lanes(const reply& what) {
  for (std::size_t lane = 0; lane < members_on_.size(); ++lane)
    if (members_on_[lane] != 0)
      self_->send(lanes_->actor(lane), tell_members{self_->id(), what});
}

void room_state::tick() {
  logic_.run([](room_logic& x) {
    x.on_tick();
    return true;
  });
  schedule_tick();
}

void room_state::schedule_tick() {
  auto interval = logic_.run([](room_logic& x) { return x.tick_interval(); });
  if (interval && interval->count() > 0)
    self_->delayed_send(self_, *interval, tick_atom{});
}

void room_state::failed(bool give_up) {
  constexpr auto why = "the room's logic keeps failing";
  record(node_event::kind::restarted, {});
  if (give_up) {
    ended_ = true;
    fail_joins(why);
    self_->quit(make_failure(errc::internal, why));
    return;
  }
  tell_lanes(
    failure{{}, errc::room_restarted, "the room has lost its state", name_});
}

} // namespace atrium
