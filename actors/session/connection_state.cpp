#include "atrium/actors/session/connection_state.hpp"

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/delivery/history_reading.hpp"
#include "atrium/actors/delivery/publisher.hpp"
#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/actors/delivery/watched_session.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/actors/util/send_in_place.hpp"
#include "atrium/broker/event_sink.hpp"
#include "atrium/broker/util/trace_context.hpp"

namespace atrium {

namespace {

void report(const connection_setup& of, const std::string& id,
            backend_event::kind what, std::uint16_t code = 0) {
  auto& env = *of.env;
  if (env.sink)
    env.sink->report({what, env.now(), of.who.user, id, {}, code});
}

// Whether a back end wants it, not the client.
template <class Request>
bool is_unasked(const Request& x) {
  if constexpr (requires { x.unasked; })
    return x.unasked;
  else
    return false;
}

} // namespace

// -- life ---------------------------------------------------------------------

void connection_state::start(connection_actor::pointer self,
                             connection_setup setup, std::string device) {
  self_ = self;
  setup_ = std::move(setup);
  id_ = connection_id(*setup_.env, self_->id());
  watched_ = setup_.env->watched->has_user(setup_.who.user);
  reads_.start(self_, setup_.env);
  if (watched_)
    setup_.out = std::make_shared<watched_session>(setup_.out, who());
  if (!device.empty() && setup_.env->inbox)
    inbox_ = std::make_unique<inbox_reader>(self_, setup_, std::move(device));
  // The lane first: whatever a room sends the lane about this connection,
  // later, then finds it there.
  self_->send(setup_.env->lanes[setup_.lane].actor,
              open_session{connection_actor{self_}, setup_.out});
  sign_on_again();
}

void connection_state::sign_on_again() {
  meter().counters().directory_requests.add();
  self_->send(setup_.directory,
              sign_on{setup_.who.user, connection_actor{self_}, setup_.lane});
}

void connection_state::signed_on_to(const user_actor& user) {
  self_->monitor(user);
  if (!std::exchange(open_, true)) { // else it is a new user actor
    setup_.out->open(welcome{id_, setup_.who.user, setup_.who.expires,
                             inbox_ ? inbox_->device() : std::string{}});
    report(setup_, id_, backend_event::kind::connected);
  }
  // Also to a new user actor: what the old one did not hear is in the inbox.
  if (inbox_)
    inbox_->miss();
}

void connection_state::end(std::uint16_t code) const {
  if (open_)
    report(setup_, id_, backend_event::kind::disconnected, code);
}

void connection_state::push(const push_frame& x) {
  if (open_ && inbox_ && !x.content->inbox_id().empty())
    return inbox_->take(x);
  // A message to the user may overtake the welcome of the newest connection.
  auto content = delivery::to_one(*x.content);
  if (open_ && setup_.out->append(content) != 0)
    meter().delivered(scope::user, x.from, 1);
}

void connection_state::push(const push_reply& x) {
  if (!open_)
    return;
  setup_.out->push(x.what);
  if (inbox_ && std::holds_alternative<gap>(x.what))
    inbox_->miss();
}

void connection_state::hear_of(inbox_read& x) {
  inbox_->take(x.page);
}

void connection_state::hear_of(inbox_due) {
  inbox_->resume();
}

// -- requests -----------------------------------------------------------------

void connection_state::handle(client_request& x) {
  add_trace(x);
  if (watched_)
    watch_log::requested(who(), x);
  take(x);
}

void connection_state::add_trace(client_request& x) const {
  auto add = [this](auto& request) {
    if constexpr (requires { request.traceparent; }) {
      if (request.traceparent.empty())
        request.traceparent = setup_.traceparent;
      if (request.trace_id.empty() && !request.traceparent.empty())
        request.trace_id = trace_id_of(request.traceparent);
    }
  };
  std::visit(add, x);
}

void connection_state::take(client_request& x) {
  auto unasked = std::visit([](auto& y) { return is_unasked(y); }, x);
  if (unasked || setup_.who.may->permits(x))
    std::visit([this](auto& request) { on(request); }, x);
  else
    std::visit([this](auto& request) { forbid(request); }, x);
}

template <class Request>
void connection_state::forbid(const Request& x) {
  constexpr auto why = "this connection has no right to do that";
  if constexpr (requires { x.room; })
    fail(x.id, errc::forbidden, why, x.room);
  else
    fail(x.id, errc::forbidden, why);
}

void connection_state::renew(renewed& x) {
  if (x.who.user != setup_.who.user)
    return fail(x.id, errc::forbidden, "the token is another user's");
  setup_.who = std::move(x.who);
  setup_.out->last_until(setup_.who.expires);
  setup_.out->answer(refreshed{std::move(x.id), setup_.who.expires});
}

void connection_state::replay(std::vector<client_request> requests) {
  for (auto& x : requests)
    take(x);
}

void connection_state::fail(const request_id& id, errc code,
                            std::string message, std::string room) {
  answer(failure{id, code, std::move(message), std::move(room)});
}

void connection_state::answer(const reply& x) {
  if (std::holds_alternative<failure>(x))
    ++failures_;
  setup_.out->answer(x);
}

template <class Request>
membership* connection_state::settled(Request& x) {
  auto i = rooms_.find(x.room);
  if (i == rooms_.end()) {
    if (!is_unasked(x))
      fail(x.id, errc::not_a_member, "not a member of this room", x.room);
    return nullptr;
  }
  auto& room = i->second;
  if (room.state == membership::status::member)
    return &room;
  defer(room, x);
  return nullptr;
}

template <class Request>
void connection_state::defer(membership& room, Request& x) {
  if (is_unasked(x) && room.deferred.size() >= membership::max_deferred)
    return refuse_command(x.room, errc::rate_limited);
  room.deferred.emplace_back(std::move(x));
}

void connection_state::on(join_request& x) {
  auto i = rooms_.find(x.room);
  if (i != rooms_.end() && i->second.may_end())
    return defer(i->second, x);
  if (i != rooms_.end()) {
    if (!x.unasked)
      fail(x.id, errc::already_joined, "already a member of this room", x.room);
    return;
  }
  auto is_full = rooms_.size() >= setup_.env->limits->rooms_per_connection;
  if (is_full && x.unasked)
    return refuse_command(x.room, errc::too_many_rooms);
  if (is_full)
    return fail(x.id, errc::too_many_rooms, "in too many rooms", x.room);
  // Before the answer: further requests for the room wait behind this one.
  rooms_.emplace(x.room, membership{});
  room_member from{who(), connection_actor{self_}, setup_.lane, watched_};
  meter().counters().directory_requests.add();
  // No timeout: a room answers within the bus timeout, and one that dies has
  // its requests bounced. A late success after a timeout would be a membership
  // that the client does not know of.
  self_
    ->request(setup_.directory, caf::infinite,
              join_room{x.id, x.room, std::move(from), x.since, x.unasked})
    .then([this, room = x.room](join_accepted& y) { on_joined(room, y.room); },
          [this, x](caf::error& why) { refused_by_room(x, why); });
}

void connection_state::on(leave_request& x) {
  auto* room = settled(x);
  if (room == nullptr)
    return;
  room->state = membership::status::leaving;
  pending_.emplace_back(++taken_over_, x.room, x.id, x.unasked);
  self_->send(room->room, leave_room{std::move(x.id), connection_actor{self_},
                                     taken_over_, x.unasked});
}

void connection_state::on(publish_request& x) {
  auto* room = settled(x);
  if (room == nullptr)
    return;
  pending_.emplace_back(++taken_over_, x.room, x.id);
  send_in_place(self_, room->room, [&] {
    return publish_in_room{std::move(x), connection_actor{self_}, taken_over_};
  });
}

void connection_state::on(send_request& x) {
  if (x.durable && !setup_.env->inbox)
    return fail(x.id, errc::inbox_off, "this node keeps no durable messages");
  send_to_bus(x, scope::user, x.user, accepted::kind::sent);
}

void connection_state::on(broadcast_request& x) {
  send_to_bus(x, scope::all, {}, accepted::kind::broadcasted);
}

void connection_state::on(ack_request& x) {
  if (!inbox_)
    return fail(x.id, errc::inbox_off,
                "this connection gets no durable messages");
  inbox_->acknowledge(x);
}

void connection_state::on(presence_request& x) {
  auto& env = *setup_.env;
  if (!env.presence || env.limits->presence.find(x.room) == presence_mode::off)
    return fail(x.id, errc::presence_off,
                "this room does not tell who is in it", x.room);
  reads_.add(std::move(x));
}

void connection_state::on(history_request& x) {
  if (!keeps_history(*setup_.env, x.room))
    return fail(x.id, errc::history_off, "this room keeps no history", x.room);
  reads_.add(std::move(x));
}

void connection_state::on(ping_request& x) {
  setup_.out->answer(pong{std::move(x.id), setup_.env->now()});
}

template <class Request>
void connection_state::send_to_bus(Request& x, scope to, std::string target,
                                   accepted::kind what) {
  publisher out{*setup_.env, placement{setup_.lane}};
  publish_options how;
  how.is_chosen_id = !x.event_id.empty();
  auto e = out.make_envelope(to, std::move(target), std::move(x.data),
                             std::move(x.event_id));
  e.from = sender{setup_.who.user, id_};
  e.trace_id = std::move(x.trace_id);
  e.traceparent = std::move(x.traceparent);
  how.watched
    = watched_
      || (to == scope::user && setup_.env->watched->has_user(e.target));
  outcome success{{what, std::move(x.id), {}, {}}};
  if constexpr (requires { x.durable; })
    if (x.durable)
      return out.store_for(connection_actor{self_}, std::move(success),
                           std::move(e), how);
  out.publish_for(connection_actor{self_}, std::move(success), std::move(e),
                  how);
}

member connection_state::who() const {
  return {setup_.who.user, id_, setup_.who.info};
}

} // namespace atrium
