#include "atrium/actors/delivery/lane_members.hpp"

#include "atrium/actors/client_session.hpp"
#include "atrium/actors/connection_interface.hpp"

#include <algorithm>

namespace atrium {

void lane_members::add(connection_actor connection,
                       std::shared_ptr<client_session> out) {
  auto number = connection->id();
  auto x = std::make_unique<entry>();
  x->local = {std::move(connection), std::move(out)};
  entries_.emplace(number, std::move(x));
}

std::shared_ptr<client_session> lane_members::remove(actor_number connection) {
  auto node = entries_.extract(connection);
  if (node.empty())
    return nullptr;
  auto& x = *node.mapped();
  // Before the entry dies: fan-outs would find its slots.
  for (auto& p : x.positions)
    remove_slot(p);
  return std::move(x.local.out);
}

client_session* lane_members::find(actor_number connection) const {
  auto i = entries_.find(connection);
  return i != entries_.end() ? i->second->local.out.get() : nullptr;
}

connection_actor lane_members::actor_of(actor_number connection) const {
  auto i = entries_.find(connection);
  return i != entries_.end() ? i->second->local.connection : connection_actor{};
}

void lane_members::add_member(actor_number room, actor_number connection) {
  auto i = entries_.find(connection);
  if (i == entries_.end())
    return;
  // The connection has no slot in this room yet: its actor refuses a second
  // join, and a leave before this join has passed by here.
  auto& who = *i->second;
  auto& slots = rooms_[room];
  who.positions.push_back({room, slots.size()});
  slots.push_back({who.local.out.get(), connection});
}

void lane_members::remove_member(actor_number room, actor_number connection) {
  auto i = entries_.find(connection);
  if (i == entries_.end())
    return;
  auto* p = position_in(*i->second, room);
  if (p == nullptr)
    return;
  // Before the position is overwritten: `remove_slot` reads it.
  remove_slot(*p);
  *p = i->second->positions.back();
  i->second->positions.pop_back();
}

std::vector<lane_members::local_connection>
lane_members::remove_room(actor_number room) {
  auto node = rooms_.extract(room);
  std::vector<local_connection> result;
  if (node.empty())
    return result;
  for (auto& x : node.mapped()) {
    auto& who = *entries_.at(x.who);
    std::erase_if(who.positions, [&](auto& p) { return p.room == room; });
    result.push_back(who.local);
  }
  return result;
}

std::vector<std::weak_ptr<client_session>> lane_members::sessions() const {
  std::vector<std::weak_ptr<client_session>> result;
  result.reserve(entries_.size());
  for (auto& [number, x] : entries_)
    result.push_back(x->local.out);
  return result;
}

lane_members::position* lane_members::position_in(entry& who,
                                                  actor_number room) {
  auto i = std::ranges::find(who.positions, room, &position::room);
  return i != who.positions.end() ? &*i : nullptr;
}

// Fills the gap with the room's last member, whose position moves.
void lane_members::remove_slot(const position& p) {
  auto room = rooms_.find(p.room);
  auto& slots = room->second;
  auto& gap = slots[p.index];
  if (&gap != &slots.back()) {
    gap = slots.back();
    position_in(*entries_.at(gap.who), p.room)->index = p.index;
  }
  slots.pop_back();
  if (slots.empty())
    rooms_.erase(room);
}

} // namespace atrium
