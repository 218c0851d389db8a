#include "atrium/actors/room_state.hpp"

#include <algorithm>

namespace atrium {

namespace {

bool fits(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*'))
    return pattern == name;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

} // namespace

decision room_state::on_join(const member&) {
  return decision::accept();
}

decision room_state::on_message(const member&, room_message&) {
  return decision::accept();
}

void room_state::on_leave(const member&) {
  // nop
}

void room_state::on_tick() {
  // nop
}

std::chrono::milliseconds room_state::tick_interval() const {
  return std::chrono::milliseconds::zero();
}

std::chrono::milliseconds room_state::linger() const {
  return std::chrono::milliseconds::zero();
}

room_types& room_types::add(std::string pattern, factory make) {
  std::erase_if(entries_, [&](auto& x) { return x.pattern == pattern; });
  auto shorter = [&](auto& x) { return x.pattern.size() < pattern.size(); };
  auto at = std::ranges::find_if(entries_, shorter);
  entries_.insert(at, {std::move(pattern), std::move(make)});
  return *this;
}

std::unique_ptr<room_state> room_types::make(room_port& port) const {
  auto i = std::ranges::find_if(
    entries_, [&](auto& x) { return fits(x.pattern, port.room_name()); });
  auto result
    = i != entries_.end() ? i->make() : std::make_unique<room_state>();
  result->port_ = &port;
  return result;
}

} // namespace atrium
