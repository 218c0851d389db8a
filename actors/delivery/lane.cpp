#include "atrium/actors/delivery/lane.hpp"

#include "atrium/actors/client_session.hpp"
#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/actors/lane_interface.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/probe_messages.hpp"
#include "atrium/actors/util/queue_cost.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/log/log.hpp"

#include <algorithm>

namespace atrium {

void lane_state::start(lane_actor::pointer self,
                       std::shared_ptr<semaphore> queue, std::size_t index,
                       std::shared_ptr<lane_meter> meter) {
  self_ = self;
  meter_ = std::move(meter);
  name_ = "lane-" + std::to_string(index);
  queue_ = std::move(queue);
}

void lane_state::open(const open_session& x) {
  // A connection that has died already is reported at once, and so leaves
  // again.
  self_->monitor(x.connection);
  members_.add(x.connection, x.out);
  // Signed on after `close_all` has taken its list.
  if (going_)
    dismiss(*x.out);
}

void lane_state::lost(const caf::down_msg& x) {
  followers_.forget(x.source.id());
  auto out = members_.remove(x.source.id());
  // That is how connections end after their sockets. Otherwise the socket is
  // still open, and nobody is left to close it.
  if (!out || x.reason == caf::exit_reason::user_shutdown)
    return;
  ++lost_;
  log::error("connection_lost", {{"error", to_string(x.reason)}},
             "{} loses a connection", name_);
  out->close(close_code::internal, "the connection's actor has failed", {});
}

namespace {

// What the client has not asked for is no answer, and makes no room for a
// further request.
template <class Answer>
void tell_client(client_session& out, const Answer& x) {
  if (x.unasked)
    out.push(x);
  else
    out.answer(x);
}

} // namespace

// The lane answers a join and a leave, not the connection: messages of the room
// go this way, so only the lane can put `joined` before the first and `left`
// behind the last.
void lane_state::enter(const add_member& x) {
  auto* out = members_.find(x.connection);
  if (out == nullptr)
    return; // closed meanwhile; the room gets to know it by itself
  tell_client(*out, x.answer);
  members_.add_member(x.room, x.connection);
}

void lane_state::catch_up_on(const catch_up& x) {
  auto* out = members_.find(x.connection);
  if (out == nullptr)
    return;
  if (x.answer)
    tell_client(*out, *x.answer);
  if (x.lost)
    out->push(*x.lost);
  for (auto& one : x.messages) {
    auto content = delivery::to_one(*one);
    if (out->append(content) != 0)
      meter_->delivered(scope::room, {one->about().time}, 1);
  }
  if (x.more) {
    followers_.add(x);
    return ask_for_more();
  }
  followers_.remove(x.room, x.connection);
  members_.add_member(x.room, x.connection);
}

void lane_state::ask_for_more() {
  constexpr std::chrono::milliseconds pause{20};
  auto waits = followers_.ask([this](actor_number connection) {
    auto* out = members_.find(connection);
    return out != nullptr ? out->queued_bytes() : lane_followers::gone;
  });
  // One timer at a time, and none while nobody follows.
  if (waits && !std::exchange(is_asking_, true))
    self_->delayed_send(self_, pause, tick_atom{});
}

void lane_state::tick() {
  is_asking_ = false;
  ask_for_more();
}

void lane_state::exit(const remove_member& x) {
  auto* out = members_.find(x.connection);
  if (out == nullptr)
    return;
  followers_.remove(x.room, x.connection);
  members_.remove_member(x.room, x.connection);
  tell_client(*out, x.answer);
}

void lane_state::give_back(const publication& x) {
  // By hand, not by a `permit`: a lane lives as long as the node, so no message
  // is thrown away with its mailbox.
  queue_->release(queue_cost(x.size()));
}

void lane_state::deliver(const fan_out& x) {
  give_back(*x.content);
  ++fan_outs_;
  auto content = delivery::to_room(*x.content, x.room, x.policy);
  std::uint64_t receivers = 0;
  members_.for_members(x.room, [&](client_session& out, actor_number who) {
    if (who != x.skip && out.append(content) != 0)
      ++receivers;
  });
  meter_->delivered(scope::room, x.from, receivers);
}

// Also to connections that are not welcome yet: their sessions take nothing.
void lane_state::deliver_all(const fan_out_all& x) {
  give_back(*x.content);
  ++fan_outs_;
  auto content = delivery::to_all(*x.content);
  std::uint64_t receivers = 0;
  members_.for_all([&](client_session& out) {
    if (out.append(content) != 0)
      ++receivers;
  });
  meter_->delivered(scope::all, x.from, receivers);
  if (x.watched)
    watch_log::delivered(*x.watched, receivers, 0, name_);
}

void lane_state::tell(const tell_member& x) {
  give_back(*x.content);
  auto content = delivery::to_one(*x.content);
  auto* out = members_.find(x.connection);
  if (out != nullptr && out->append(content) != 0)
    meter_->delivered(scope::room, x.from, 1);
}

void lane_state::tell_room(const tell_members& x) {
  members_.for_members(
    x.room, [&](client_session& out, actor_number) { out.push(x.what); });
}

void lane_state::tell_all_connections(const tell_all& x) {
  members_.for_all([&](client_session& out) { out.push(x.what); });
}

void lane_state::drop_room(const room_died& x) {
  // Client and connection hear of it in one turn of the lane: the client cannot
  // ask for the room while the connection still takes itself for a member.
  for (auto connection : followers_.remove_room(x.room))
    if (members_.find(connection) != nullptr)
      members_.add_member(x.room, connection); // to be told as all the others
  for (auto& member : members_.remove_room(x.room)) {
    member.out->push(failure{{}, errc::room_died, x.why, x.name});
    self_->send(member.connection, room_lost{x.name});
  }
}

void lane_state::close(const close_one& x) {
  if (auto* out = members_.find(x.connection))
    out->close(x.code, x.reason, {});
}

void lane_state::find_out(const probe_one& x) {
  auto* out = members_.find(x.connection);
  if (out == nullptr)
    return; // another lane's, or gone
  out->find_out(x.question);
  // CAF cannot cancel this. If the session has answered, it changes nothing.
  self_->delayed_send(self_, x.patience, probe_overdue{x.question});
}

void lane_state::pass_on(const probe_answered& x) {
  if (auto requester = members_.actor_of(x.requester))
    self_->send(requester, x.what);
}

void lane_state::close_some(const close_all& x) {
  constexpr std::size_t at_least = 200; // few are not worth waiting for
  constexpr std::chrono::milliseconds pause{100};
  if (!going_) {
    // Without the permit, which this member would never give back. The messages
    // carry it to the last slice.
    going_ = close_all{x.code, x.reason, x.window, {}};
    closing_ = members_.sessions();
    auto slices = static_cast<std::size_t>(x.window / pause) + 1;
    slice_ = std::max(at_least, (closing_.size() + slices - 1) / slices);
  }
  for (std::size_t i = 0; i < slice_ && !closing_.empty(); ++i) {
    // Null: the session has gone by itself meanwhile.
    if (auto out = closing_.back().lock())
      dismiss(*out);
    closing_.pop_back();
  }
  if (!closing_.empty())
    self_->delayed_send(self_, pause, x);
}

void lane_state::dismiss(client_session& out) {
  std::uniform_int_distribution<std::chrono::milliseconds::rep> after{
    0, going_->window.count()};
  out.close(going_->code, going_->reason,
            std::chrono::milliseconds{after(random_)});
}

lane::lane(caf::actor_config& config, lane_unit* unit,
           std::shared_ptr<semaphore> queue, std::size_t index,
           std::shared_ptr<lane_meter> meter)
  : stateful_actor(config, unit) {
  state.start(this, std::move(queue), index, std::move(meter));
  set_down_handler([this](const caf::down_msg& x) { state.lost(x); });
}

lane::behavior_type lane::make_behavior() {
  return {
    [this](const fan_out& x) { state.deliver(x); },
    [this](const open_session& x) { state.open(x); },
    [this](const add_member& x) { state.enter(x); },
    [this](const remove_member& x) { state.exit(x); },
    [this](const catch_up& x) { state.catch_up_on(x); },
    [this](tick_atom) { state.tick(); },
    [this](const fan_out_all& x) { state.deliver_all(x); },
    [this](const tell_member& x) { state.tell(x); },
    [this](const tell_members& x) { state.tell_room(x); },
    [this](const tell_all& x) { state.tell_all_connections(x); },
    [this](const room_died& x) { state.drop_room(x); },
    [this](const close_one& x) { state.close(x); },
    [this](const close_all& x) { state.close_some(x); },
    [this](const probe_one& x) { state.find_out(x); },
    [](const probe_overdue& x) { x.question->answer(false); },
    [this](const probe_answered& x) { state.pass_on(x); },
    [this](const list_connections& x) { return state.list(x); },
    [this](const list_slowest& x) { return state.list(x); },
    [this](observe_atom) { return observation(state); },
  };
}

} // namespace atrium
