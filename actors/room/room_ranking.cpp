#include "atrium/actors/room/room_ranking.hpp"

#include "atrium/actors/util/first_of.hpp"
#include "atrium/actors/util/glob.hpp"

#include <algorithm>
#include <tuple>

namespace atrium {

void room_ranking::add(caf::actor_id room, std::string name,
                       std::shared_ptr<const room_tally> tally) {
  rooms_.emplace(room,
                 entry{std::move(name), std::move(tally), 0, clock::now()});
}

void room_ranking::remove(caf::actor_id room) {
  rooms_.erase(room);
}

busy_rooms room_ranking::list(const list_busiest& x, clock::time_point now) {
  // Against a division by zero: two operators may look at the same moment.
  constexpr std::chrono::duration<double> shortest{0.001};
  std::vector<busy_room> all;
  all.reserve(rooms_.size());
  for (auto& [number, one] : rooms_) {
    auto delivered = one.tally->delivered.value();
    std::chrono::duration<double> time = now - one.since;
    auto count = static_cast<double>(delivered - one.delivered);
    all.push_back({number, one.name, one.tally->members.value(),
                   one.tally->queue->entries(),
                   count / std::max(time, shortest).count()});
    // Operators who look at the same time share this mark: each gets rates
    // since the latest look of anybody.
    one.delivered = delivered;
    one.since = now;
  }
  busy_rooms result;
  result.busiest = first_of(all, x.limit, [](auto& r) { return -r.rate; });
  std::erase_if(all, [](auto& r) { return r.waiting == 0; });
  result.deepest = first_of(std::move(all), x.limit, [](auto& r) {
    return -static_cast<std::int64_t>(r.waiting);
  });
  return result;
}

occupied_rooms room_ranking::list(const list_occupied& x) const {
  occupied_rooms result;
  glob wanted{x.pattern};
  for (auto& [number, one] : rooms_)
    if (auto members = one.tally->members.value();
        members != 0 && (x.pattern.empty() || wanted.fits(one.name)))
      result.rooms.push_back({one.name, members});
  std::ranges::sort(result.rooms, [](auto& a, auto& b) {
    return std::tie(b.members, a.name) < std::tie(a.members, b.name);
  });
  std::size_t bytes = 0;
  auto end = std::ranges::find_if(result.rooms, [&](auto& one) {
    // Escaped, a byte of a name has two at most: names have no control
    // characters.
    constexpr std::size_t others = 24; // quotes, colon, comma and a number
    bytes += 2 * one.name.size() + others;
    return bytes > x.bytes;
  });
  result.is_truncated = end != result.rooms.end();
  result.rooms.erase(end, result.rooms.end());
  return result;
}

} // namespace atrium
