#include "atrium/actors/room_types.hpp"

#include "atrium/actors/util/name_pattern.hpp"
#include "atrium/broker/util/rendezvous.hpp"

#include <algorithm>

namespace atrium {

room_types& room_types::add_entry(entry x) {
  std::erase_if(entries_, [&](auto& y) { return y.pattern == x.pattern; });
  // Longest first, so the first pattern that fits is the one that decides.
  auto shorter = [&](auto& y) { return y.pattern.size() < x.pattern.size(); };
  auto at = std::ranges::find_if(entries_, shorter);
  entries_.insert(at, std::move(x));
  return *this;
}

const room_types::entry* room_types::find(std::string_view room) const {
  auto i = std::ranges::find_if(entries_,
                                [=](auto& x) { return fits(x.pattern, room); });
  return i != entries_.end() ? &*i : nullptr;
}

bool room_types::has(std::string_view room) const {
  return find(room) != nullptr;
}

home room_types::home_of(std::string_view room) const {
  auto* type = find(room);
  return type != nullptr ? type->at : home::each;
}

bool room_types::has_any(home x) const {
  return std::ranges::any_of(entries_, [=](auto& y) { return y.at == x; });
}

std::string room_types::digest(home x) const {
  std::vector<std::string> patterns;
  for (auto& y : entries_)
    if (y.at == x)
      patterns.push_back(y.pattern);
  std::ranges::sort(patterns);
  std::uint64_t result = 0;
  for (auto& pattern : patterns)
    result = rendezvous_weight(std::to_string(result), pattern);
  return std::to_string(result);
}

bool room_types::run_on_lane(std::string_view room) const {
  auto* type = find(room);
  return type == nullptr || type->where == thread::lane;
}

void room_types::discard(std::unique_ptr<room_logic> x) {
  if (!x)
    return;
  // The room may be about to go: a destructor that calls it throws instead.
  x->context_ = nullptr;
  auto* gone = x.release();
  delete gone; // in a destructor of a unique_ptr nothing may be thrown
}

std::unique_ptr<room_logic> room_types::make(room_context& context) const {
  auto* type = find(context.room_name());
  if (type == nullptr)
    return make_plain(context);
  auto result = type->make();
  result->context_ = &context;
  result->describe_ = type->describe;
  result->load_ = type->load;
  return result;
}

std::unique_ptr<room_logic> room_types::make_plain(room_context& context) {
  auto result = std::make_unique<room_logic>();
  result->context_ = &context;
  return result;
}

std::string room_types::describe(room_logic& x) {
  return x.describe_ != nullptr ? x.describe_(x) : "null";
}

std::optional<std::string> room_types::restore(room_logic& x,
                                               std::string_view text) {
  return x.load_ != nullptr ? x.load_(x, text) : "it has no `inspect` for that";
}

} // namespace atrium
