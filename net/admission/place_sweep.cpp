#include "atrium/net/admission/place_sweep.hpp"

#include "atrium/net/admission/address_table.hpp"
#include "atrium/net/lane/lane_thread.hpp"

#include <boost/asio/post.hpp>

namespace atrium {

namespace {

// A sweep has ended when the next one of the same address begins
// (`lane_timers::patience`), so a flood of newcomers does not cause a flood of
// pings.
constexpr std::chrono::seconds pause{3}; // between two sweeps for the same
constexpr std::size_t most = 16;         // sweeps for different ones meanwhile

} // namespace

void place_sweep::begin(const std::optional<boost::asio::ip::address>& of,
                        clock::time_point now) {
  auto prefix = of ? address_table::prefix_of(*of) : 0;
  if (!is_due(prefix, now))
    return;
  auto whom = [prefix](const boost::asio::ip::address& from) {
    return prefix == 0 || address_table::prefix_of(from) == prefix;
  };
  // A connection belongs to the thread of its lane, which alone may look at it.
  for (auto* lane : lanes_)
    boost::asio::post(lane->io(), [lane, whom] { lane->timers().doubt(whom); });
}

bool place_sweep::is_due(std::uint64_t prefix, clock::time_point now) {
  std::lock_guard guard{mutex_};
  // Old sweeps are removed first, so the map has at most `most` entries. A
  // flood from many addresses causes no further sweeps until one is over.
  std::erase_if(begun_, [=](auto& x) { return now - x.second >= pause; });
  return begun_.size() < most && begun_.emplace(prefix, now).second;
}

} // namespace atrium
