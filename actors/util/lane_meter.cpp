#include "atrium/actors/util/lane_meter.hpp"

namespace atrium {

namespace {

constexpr std::size_t most_unwritten = 1024;

unix_time wall_clock() {
  return std::chrono::floor<std::chrono::milliseconds>(
    std::chrono::system_clock::now());
}

} // namespace

lane_meter::lane_meter(clock now) : now_(now ? std::move(now) : wall_clock) {
  // nop
}

void lane_meter::delivered(scope to, const message_source& from,
                           std::uint64_t receivers) {
  if (receivers == 0)
    return;
  counters_.deliveries[to].add(receivers);
  if (from.where == message_source::place::unknown)
    return;
  // What comes in one burst was mostly published in one millisecond.
  if (!unwritten_.empty() && unwritten_.back().from == from) {
    unwritten_.back().receivers += receivers;
    return;
  }
  if (unwritten_.size() == most_unwritten)
    flushed();
  unwritten_.push_back({from, receivers});
}

void lane_meter::flushed() {
  if (unwritten_.empty())
    return;
  // One look at the clock for all: they were written together.
  auto now = now_();
  for (auto& x : unwritten_) {
    auto& histogram = x.from.where == message_source::place::here
                        ? counters_.local
                        : counters_.remote;
    histogram.observe(now - x.from.time, x.receivers);
  }
  unwritten_.clear();
}

} // namespace atrium
