#include "atrium/broker/redis/cluster/lane_list.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

lane_list::lane_list(lane_user& user, cluster_links& links, clock_function now)
  : user_(user), links_(links), now_(std::move(now)) {
  // nop
}

server_lane& lane_list::lane_of(const cluster_server& x, bool& is_new) {
  auto has_it
    = [&](auto& lane) { return lane && lane->server().name == x.name; };
  auto i = std::ranges::find_if(lanes_, has_it);
  is_new = i == lanes_.end();
  if (is_new) {
    i = std::ranges::find_if(lanes_, [](auto& lane) { return !lane; });
    if (i == lanes_.end())
      i = lanes_.emplace(i);
    auto number = static_cast<std::size_t>(i - lanes_.begin());
    *i = std::make_unique<server_lane>(user_, number, x, now_);
    links_.open(number, x, **i);
  }
  (*i)->is_leaving = false;
  (*i)->use(now_());
  return **i;
}

void lane_list::leave_all() {
  for_each([](server_lane& x) { x.is_leaving = true; });
}

std::vector<server_lane*> lane_list::unused() const {
  std::vector<server_lane*> result;
  auto now = now_();
  for_each([&](server_lane& x) {
    auto is_quiet = x.idle() && x.used() + farewell <= now;
    if (x.is_leaving
        && (is_quiet || x.health().is_lost() || x.health().hangs()))
      result.push_back(&x);
  });
  return result;
}

void lane_list::erase(server_lane& x) {
  lanes_[x.number()].reset();
}

} // namespace atrium
