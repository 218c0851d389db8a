#include "atrium/actors/room/room_presence.hpp"

#include <caf/send.hpp>

#include <iterator>
#include <utility>

namespace atrium {

void room_presence::start(room_actor::pointer self, environment_ptr env,
                          const std::string& name) {
  self_ = self;
  env_ = std::move(env);
  if (!env_->presence)
    return;
  where_ = {name, env_->names.room(name), env_->limits->presence.find(name)};
  settled_ = !is_on();
  policy_ = env_->limits->outbox_policies.find(name);
  // Who comes does not take the place of the latest message.
  if (policy_ == outbox_policy::latest_only)
    policy_ = outbox_policy::drop_oldest;
}

// Whoever is a member then has not left the room, but the room them.
room_presence::~room_presence() {
  if (is_on())
    for (auto& [number, x] : members_)
      leave(x);
}

void room_presence::open() {
  if (!is_on())
    return;
  ask();
  if (!settled_)
    self_->delayed_send(self_, env_->limits->bus_timeout, presence_overdue{});
}

void room_presence::doubt() {
  if (is_on())
    ask();
}

void room_presence::ask() {
  if (is_asking_) {
    // What was missed may have come after it was asked.
    is_stale_ = true;
    return;
  }
  is_asking_ = true;
  is_stale_ = has_heard_ = false;
  // The answer comes on another thread, or before `read` returns: as a message
  // it finds the room at rest.
  env_->presence->read(
    where_, 0, [to = room_actor{self_}](const presence_page& x) {
      caf::anon_send(to, presence_counted{x.error, x.present});
    });
}

void room_presence::take(const presence_counted& x) {
  is_asking_ = false;
  settled_ = true;
  // What the bus has brought meanwhile is not older than the answer, or else
  // the bus brings what lies between.
  if (!has_heard_)
    present_ = x.error == errc::none ? std::optional{x.present} : std::nullopt;
  if (is_stale_)
    ask();
}

void room_presence::take(presence_overdue) {
  settled_ = true;
}

join_queue::entries room_presence::let_in(join_queue::entries joins) {
  if (!settled_) {
    std::ranges::move(joins, std::back_inserter(waiting_));
    return {};
  }
  // Nobody waits for it any more, but whoever comes next may be told.
  if (is_on() && !present_ && !is_asking_ && !joins.empty())
    ask();
  auto result = give_up();
  std::ranges::move(joins, std::back_inserter(result));
  return result;
}

join_queue::entries room_presence::give_up() {
  return std::exchange(waiting_, {});
}

void room_presence::enter(const room_member& x) {
  if (is_on())
    env_->presence->enter(where_, {x.number(), x.who.user, x.who.info});
}

void room_presence::leave(const room_member& x) {
  if (is_on())
    env_->presence->leave(where_, x.who.user, x.number());
}

void room_presence::take(
  const std::vector<presence_event>& events,
  const std::function<void(const publication_ptr&)>& also) {
  if (!is_on())
    return;
  for (auto& x : events) {
    has_heard_ = true;
    present_ = x.present;
    // A node with another rule may tell who it was.
    if (!x.content || where_.mode == presence_mode::count)
      continue;
    // Without a place: they are no messages, whose way is measured.
    members_.send(
      fan_out{self_->id(), x.content, policy_, 0, {x.content->about().time}});
    also(x.content);
  }
}

} // namespace atrium
