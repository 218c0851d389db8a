#include "atrium/broker/memory/room_owner_store.hpp"

#include <iterator>
#include <utility>

namespace atrium {

namespace {

// With a guess at what the containers need; the name is there twice.
std::size_t cost_of_room(const std::string& room) {
  constexpr std::size_t overhead = 300;
  return overhead + 2 * room.size();
}

std::size_t cost_of_field(const std::string& name, const shared_bytes& value) {
  constexpr std::size_t overhead = 150;
  return overhead + name.size() + value->size();
}

} // namespace

// -- who owns a room ----------------------------------------------------------

std::optional<ownership>
room_owner_store::find(const std::string& room,
                       std::span<const std::string> candidates,
                       const life& alive) {
  sweep(room, alive);
  auto i = owners_.find(room);
  if (i != owners_.end() && alive(i->second.run))
    return i->second;
  for (auto& run : candidates)
    if (alive(run))
      return owners_[room] = {run, ++last_token_};
  return std::nullopt;
}

bool room_owner_store::release(const std::string& room, std::uint64_t token) {
  auto i = owners_.find(room);
  if (i == owners_.end() || i->second.token != token)
    return false;
  owners_.erase(i);
  return true;
}

// Rooms of the dead to which nobody comes any more: each call looks at two.
void room_owner_store::sweep(const std::string& but, const life& alive) {
  for (int n = 0; n < 2 && !owners_.empty(); ++n) {
    auto i = owners_.upper_bound(swept_);
    if (i == owners_.end())
      i = owners_.begin();
    swept_ = i->first;
    if (swept_ != but && !alive(i->second.run))
      owners_.erase(i);
  }
}

const ownership* room_owner_store::owner_of(const std::string& room) const {
  auto i = owners_.find(room);
  return i != owners_.end() ? &i->second : nullptr;
}

// -- what it says -------------------------------------------------------------

room_opening room_owner_store::open(const std::string& room,
                                    std::uint64_t token,
                                    std::chrono::seconds ttl,
                                    clock::time_point now) {
  auto i = look_up(room, now);
  if (i == fences_.end()) {
    i = fences_.try_emplace(room).first;
    grow(i->second, cost_of_room(room));
  } else if (i->second.token >= token) {
    return {fencing::fenced};
  }
  i->second.token = token;
  i->second.number = 0;
  room_opening result{fencing::passed};
  for (auto& [name, value] : i->second.state)
    result.state.push_back({name, value});
  use(i, ttl, now);
  give_way();
  return result;
}

bool room_owner_store::would_pass(const std::string& room, std::uint64_t token,
                                  std::uint64_t number, clock::time_point now) {
  auto i = look_up(room, now);
  return i != fences_.end() && i->second.token == token
         && i->second.number + 1 == number;
}

void room_owner_store::take(const std::string& room, const room_word& what,
                            clock::time_point now) {
  auto i = look_up(room, now);
  auto& x = i->second;
  x.number = what.number;
  for (auto& change : what.changes)
    apply(x, change);
  use(i, what.ttl, now);
  give_way();
}

void room_owner_store::apply(entry& to, const room_field& change) {
  auto& [name, value] = change;
  if (auto i = to.state.find(name); i != to.state.end()) {
    shrink(to, cost_of_field(name, i->second));
    to.state.erase(i);
  }
  if (!value)
    return;
  to.state.emplace(name, value);
  grow(to, cost_of_field(name, value));
}

void room_owner_store::grow(entry& x, std::size_t by) {
  x.bytes += by;
  bytes_ += by;
}

void room_owner_store::shrink(entry& x, std::size_t by) {
  x.bytes -= by;
  bytes_ -= by;
}

auto room_owner_store::fence_of(const std::string& room) const -> const fence* {
  auto i = fences_.find(room);
  return i != fences_.end() ? &i->second : nullptr;
}

// What has expired goes when somebody looks at it, or gives way like others.
auto room_owner_store::look_up(const std::string& room, clock::time_point now)
  -> entries::iterator {
  auto i = fences_.find(room);
  if (i == fences_.end() || i->second.until > now)
    return i;
  erase(i);
  return fences_.end();
}

void room_owner_store::use(entries::iterator x, std::chrono::seconds ttl,
                           clock::time_point now) {
  order_.erase(x->second.used);
  x->second.used = ++last_use_;
  order_.emplace(last_use_, x->first);
  x->second.until = now + ttl;
}

void room_owner_store::erase(entries::iterator x) {
  bytes_ -= x->second.bytes;
  order_.erase(x->second.used);
  fences_.erase(x);
}

void room_owner_store::give_way() {
  while (bytes_ > max_bytes_ && !order_.empty()) {
    erase(fences_.find(order_.begin()->second));
    ++evicted_;
  }
}

} // namespace atrium
