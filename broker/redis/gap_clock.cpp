#include "atrium/broker/redis/gap_clock.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

using namespace std::chrono_literals;
using std::chrono::floor;
using std::chrono::milliseconds;

// NTP slews by half a millisecond a second; more than this is a step. A thread
// that is held up between reading the two clocks sees a step, too: that makes
// an interval longer, never too short.
constexpr auto tolerance = 10ms;

// Of steps so many are told apart; of older ones the extremes are kept.
constexpr std::size_t max_stretches = 64;

milliseconds since_epoch(gap_clock::steady x) {
  return floor<milliseconds>(x.time_since_epoch());
}

} // namespace

auto gap_clock::machine() -> reading {
  return {std::chrono::steady_clock::now(),
          floor<milliseconds>(std::chrono::system_clock::now())};
}

gap_clock::gap_clock(margins by, std::function<reading()> source)
  : margins_(by), source_(std::move(source)) {
  look();
}

gap_clock::steady gap_clock::look() {
  auto [moment, wall] = source_();
  auto ahead = wall.time_since_epoch() - since_epoch(moment);
  if (known_.empty()) {
    known_.push_back({moment, moment, ahead, ahead});
    return moment;
  }
  auto& last = known_.back();
  auto seen = std::exchange(last.end, moment);
  auto least = std::min(last.least_ahead, ahead);
  auto most = std::max(last.most_ahead, ahead);
  // No step: the last stretch goes on, and its extremes grow with the slewing.
  if (most - least <= tolerance) {
    last.least_ahead = least;
    last.most_ahead = most;
    return moment;
  }
  // It was set since the last look, at either end of that time or in between.
  known_.push_back({seen, moment, ahead, ahead});
  if (known_.size() > max_stretches) {
    auto& kept = known_[1];
    kept.begin = known_[0].begin;
    kept.least_ahead = std::min(kept.least_ahead, known_[0].least_ahead);
    kept.most_ahead = std::max(kept.most_ahead, known_[0].most_ahead);
    known_.pop_front();
  }
  return moment;
}

auto gap_clock::since(steady from) -> interval {
  look();
  auto early = unix_time::max();
  auto late = unix_time::min();
  for (auto& x : known_) {
    if (x.end < from)
      continue;
    // The oldest one stands for all times before it as well.
    auto begin = &x == &known_.front() ? from : std::max(from, x.begin);
    early = std::min(early, unix_time{since_epoch(begin) + x.least_ahead});
    late = std::max(late, unix_time{since_epoch(x.end) + x.most_ahead});
  }
  early = std::min(early, late);
  return {early - margins_.delay - margins_.skew, late + margins_.skew};
}

} // namespace atrium
