#include "atrium/net/protocol/overflow.hpp"

#include <algorithm>

namespace atrium {

std::vector<room_gap> gaps_left_by(const std::vector<frame>& dropped) {
  std::vector<room_gap> result; // as many as rooms: a few
  for (auto& x : dropped) {
    auto* missed = x.missed();
    if (missed == nullptr)
      continue;
    auto i = std::ranges::find(result, x.topic(), &room_gap::topic);
    if (i == result.end()) {
      result.push_back({x.topic(), *missed});
      continue;
    }
    // Not first and last: publishers on other nodes have other clocks.
    i->missed.from = std::min(i->missed.from, missed->from);
    i->missed.to = std::max(i->missed.to, missed->to);
  }
  return result;
}

} // namespace atrium
