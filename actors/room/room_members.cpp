#include "atrium/actors/room/room_members.hpp"

#include "atrium/actors/util/first_of.hpp"

#include <functional>

namespace atrium {

room_members::~room_members() {
  for (auto& [number, x] : members_)
    report(backend_event::kind::left, x.who);
}

void room_members::start(environment_ptr env, actor_number room,
                         const std::string& name) {
  env_ = env;
  name_ = name;
  room_ = room;
  // The notice has copies of all it needs: any thread may call it, also when
  // the room has ended.
  lanes_.emplace(
    std::move(env), room, [room, name](auto& to, auto from, auto until) {
      caf::anon_send(to,
                     tell_members{room, {gap{scope::room, name, from, until}}});
    });
  by_lane_.resize(lanes_->size());
}

void room_members::add(room_member x, joined answer) {
  auto lane = x.lane;
  auto number = x.number();
  report(backend_event::kind::joined, x.who);
  members_.emplace(number, std::move(x));
  ++by_lane_[lane];
  // The room puts this and its messages into one mailbox, one after the other:
  // no message overtakes `joined`.
  caf::anon_send(lanes_->actor(lane),
                 add_member{room_, number, std::move(answer)});
}

void room_members::dismiss(map::const_iterator member, left answer) {
  caf::anon_send(lanes_->actor(member->second.lane),
                 remove_member{room_, member->first, std::move(answer)});
}

void room_members::add(room_member x, catch_up first) {
  auto lane = x.lane;
  first.connection = x.number();
  report(backend_event::kind::joined, x.who);
  members_.emplace(first.connection, std::move(x));
  ++by_lane_[lane];
  send(lane, std::move(first));
}

void room_members::send(std::size_t lane, catch_up what) {
  what.room = room_;
  caf::anon_send(lanes_->actor(lane), std::move(what));
}

std::optional<room_member> room_members::extract(actor_number connection) {
  auto node = members_.extract(connection);
  if (node.empty())
    return std::nullopt;
  --by_lane_[node.mapped().lane];
  report(backend_event::kind::left, node.mapped().who);
  return std::move(node.mapped());
}

void room_members::report(backend_event::kind what, const member& who) const {
  if (env_ && env_->sink)
    env_->sink->report({what, env_->now(), who.user, who.connection, name_});
}

std::vector<member> room_members::list() const {
  std::vector<member> result;
  result.reserve(members_.size());
  for (auto& [number, x] : members_)
    result.push_back(x.who);
  return result;
}

members_page room_members::page(const list_members& x) const {
  std::vector<actor_number> numbers;
  for (auto& [number, one] : members_)
    if (number > x.after)
      numbers.push_back(number);
  members_page result{{}, members_.size()};
  for (auto number : first_of(std::move(numbers), x.limit, std::identity{})) {
    auto& one = members_.at(number);
    result.page.push_back({number, one.who.user, one.who.connection, one.lane});
  }
  return result;
}

room_members::reach room_members::send(const fan_out& x) {
  reach result;
  auto skipped = members_.find(x.skip);
  for (std::size_t lane = 0; lane < by_lane_.size(); ++lane) {
    if (by_lane_[lane] == 0)
      continue;
    auto is_skipped = skipped != members_.end() && skipped->second.lane == lane;
    auto& those = lanes_->send(lane, x) ? result.reached : result.missed;
    those += by_lane_[lane] - (is_skipped ? 1 : 0);
  }
  return result;
}

// Not by `lane_fan_out`: what tells of an overload must not be lost to it. Such
// words are few, so no queue has to bound them.
void room_members::tell(const reply& x) const {
  for (std::size_t lane = 0; lane < by_lane_.size(); ++lane)
    if (by_lane_[lane] != 0)
      caf::anon_send(lanes_->actor(lane), tell_members{room_, x});
}

} // namespace atrium
