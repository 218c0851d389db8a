#include "atrium/actors/delivery/roster.hpp"

#include <algorithm>

namespace atrium {

void roster::add(connection_actor connection, std::shared_ptr<outlet> out) {
  auto number = connection->id();
  auto x = std::make_unique<entry>();
  x->number = number;
  x->resident = {std::move(connection), std::move(out)};
  entries_.emplace(number, std::move(x));
}

std::shared_ptr<outlet> roster::remove(actor_number connection) {
  auto node = entries_.extract(connection);
  if (node.empty())
    return nullptr;
  auto& x = *node.mapped();
  for (auto& p : x.places)
    vacate(p);
  return std::move(x.resident.out);
}

outlet* roster::find(actor_number connection) const {
  auto i = entries_.find(connection);
  return i != entries_.end() ? i->second->resident.out.get() : nullptr;
}

connection_actor roster::actor_of(actor_number connection) const {
  auto i = entries_.find(connection);
  return i != entries_.end() ? i->second->resident.connection
                             : connection_actor{};
}

void roster::enter(actor_number room, actor_number connection) {
  auto i = entries_.find(connection);
  if (i == entries_.end())
    return;
  auto& who = *i->second;
  auto& seats = rooms_[room];
  who.places.push_back({room, seats.size()});
  seats.push_back({who.resident.out.get(), &who});
}

void roster::exit(actor_number room, actor_number connection) {
  auto i = entries_.find(connection);
  if (i == entries_.end())
    return;
  auto* p = place_in(*i->second, room);
  if (p == nullptr)
    return;
  vacate(*p);
  *p = i->second->places.back();
  i->second->places.pop_back();
}

std::vector<roster::resident> roster::dissolve(actor_number room) {
  auto node = rooms_.extract(room);
  std::vector<resident> result;
  if (node.empty())
    return result;
  for (auto& x : node.mapped()) {
    std::erase_if(x.who->places, [&](auto& p) { return p.room == room; });
    result.push_back(x.who->resident);
  }
  return result;
}

std::vector<std::weak_ptr<outlet>> roster::outlets() const {
  std::vector<std::weak_ptr<outlet>> result;
  result.reserve(entries_.size());
  for (auto& [number, x] : entries_)
    result.push_back(x->resident.out);
  return result;
}

roster::place* roster::place_in(entry& who, actor_number room) {
  auto i = std::ranges::find(who.places, room, &place::room);
  return i != who.places.end() ? &*i : nullptr;
}

// Fills the gap with the room's last member, whose place moves.
void roster::vacate(const place& p) {
  auto room = rooms_.find(p.room);
  auto& seats = room->second;
  auto& gap = seats[p.index];
  if (&gap != &seats.back()) {
    gap = seats.back();
    place_in(*gap.who, p.room)->index = p.index;
  }
  seats.pop_back();
  if (seats.empty())
    rooms_.erase(room);
}

} // namespace atrium
