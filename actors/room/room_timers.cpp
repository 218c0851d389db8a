#include "atrium/actors/room/room_timers.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace atrium {

void room_timers::set(std::string name, time_point due,
                      std::chrono::milliseconds interval) {
  if (timers_.size() >= most && !timers_.contains(name))
    throw std::length_error{"the room has too many timers"};
  timers_.insert_or_assign(std::move(name), timer{due, interval, ++last_});
}

bool room_timers::cancel(std::string_view name) {
  auto i = timers_.find(name);
  if (i == timers_.end())
    return false;
  timers_.erase(i);
  return true;
}

auto room_timers::earliest() const -> std::optional<time_point> {
  auto due = [](auto& x) { return x.second.due; };
  auto i = std::ranges::min_element(timers_, {}, due);
  return i == timers_.end() ? std::nullopt : std::optional{i->second.due};
}

std::optional<std::string> room_timers::take_due(time_point now,
                                                 std::uint64_t last) {
  auto first = timers_.end();
  for (auto i = timers_.begin(); i != timers_.end(); ++i)
    if (i->second.due <= now && i->second.number <= last
        && (first == timers_.end() || i->second.due < first->second.due))
      first = i;
  if (first == timers_.end())
    return std::nullopt;
  auto& [name, x] = *first;
  if (x.interval.count() == 0)
    return std::move(timers_.extract(first).key());
  auto missed = (now - x.due) / x.interval;
  x.due += (missed + 1) * x.interval;
  return name;
}

} // namespace atrium
