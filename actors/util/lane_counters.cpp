#include "atrium/actors/util/lane_counters.hpp"

#include <algorithm>

namespace atrium {

void latency_histogram::observe(std::chrono::milliseconds x,
                                std::uint64_t weight) noexcept {
  // Clocks of two nodes differ: a message may come before it was sent.
  x = std::max(x, std::chrono::milliseconds{0});
  auto bucket = std::ranges::lower_bound(bounds, x) - bounds.begin();
  counts_[static_cast<std::size_t>(bucket)].add(weight);
  sum_.add(static_cast<std::uint64_t>(x.count()) * weight);
}

void lane_counters::count_handshake(std::string_view result) noexcept {
  auto i = std::ranges::find(handshake_results, result);
  auto index = std::min<std::ptrdiff_t>(
    i - handshake_results.begin(),
    static_cast<std::ptrdiff_t>(handshake_results.size()) - 1);
  handshakes[static_cast<std::size_t>(index)].add();
}

} // namespace atrium
