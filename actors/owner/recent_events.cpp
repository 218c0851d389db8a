#include "atrium/actors/owner/recent_events.hpp"

#include <charconv>
#include <utility>

namespace atrium {

namespace {

// Fields of the state: `e:ID` is the place in the order.
constexpr std::string_view mark = "e:";

std::string field_of(const std::string& id) {
  return std::string{mark} + id;
}

} // namespace

void recent_events::add(const std::string& id, word_draft& out) {
  auto number = order_.empty() ? 1 : order_.rbegin()->first + 1;
  if (!ids_.emplace(id, number).second)
    return;
  order_.emplace(number, id);
  out.change(field_of(id), std::to_string(number));
  if (order_.size() <= most)
    return;
  auto oldest = std::move(order_.extract(order_.begin()).mapped());
  ids_.erase(oldest);
  out.drop(field_of(oldest));
}

bool recent_events::restore(std::string_view field, const std::string& value) {
  if (!field.starts_with(mark))
    return false;
  std::uint64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  std::string id{field.substr(mark.size())};
  if (order_.emplace(number, id).second)
    ids_.emplace(std::move(id), number);
  return true;
}

} // namespace atrium
