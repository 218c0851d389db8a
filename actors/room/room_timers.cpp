#include "atrium/actors/room/room_timers.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace atrium {

using namespace std::chrono;

auto room_timers::set(std::string name, time_point now, milliseconds first,
                      milliseconds interval) -> time_point {
  if (timers_.size() >= most && !timers_.contains(name))
    throw std::length_error{"the room has too many timers"};
  auto bounded = [](auto x) { return std::clamp(x, milliseconds{0}, longest); };
  auto due = now + bounded(first);
  timers_.insert_or_assign(std::move(name),
                           timer{due, bounded(interval), ++last_});
  ++version_;
  return due;
}

bool room_timers::cancel(std::string_view name) {
  auto i = timers_.find(name);
  if (i == timers_.end())
    return false;
  timers_.erase(i);
  ++version_;
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
        && (first == timers_.end()
            || i->second.order() < first->second.order()))
      first = i;
  if (first == timers_.end())
    return std::nullopt;
  ++version_;
  auto& [name, x] = *first;
  if (x.interval.count() == 0)
    return std::move(timers_.extract(first).key());
  auto missed = (now - x.due) / x.interval;
  x.due += (missed + 1) * x.interval;
  return name;
}

auto room_timers::list() const -> std::vector<entry> {
  std::map<std::uint64_t, entry> by_number;
  for (auto& [name, x] : timers_)
    by_number.emplace(x.number, entry{name, x.due, x.interval});
  std::vector<entry> result;
  for (auto& [number, x] : by_number)
    result.push_back(std::move(x));
  return result;
}

void room_timers::put(entry x) {
  timers_.insert_or_assign(std::move(x.name),
                           timer{x.due, x.interval, ++last_});
  ++version_;
}

auto room_timers::next(std::size_t n, time_point now) const
  -> std::map<std::string, std::int64_t> {
  std::vector<decltype(timers_)::const_iterator> all;
  for (auto i = timers_.begin(); i != timers_.end(); ++i)
    all.push_back(i);
  std::ranges::sort(all, {}, [](auto i) { return i->second.order(); });
  all.resize(std::min(n, all.size()));
  std::map<std::string, std::int64_t> result;
  for (auto i : all)
    result.emplace(i->first, floor<milliseconds>(i->second.due - now).count());
  return result;
}

} // namespace atrium
