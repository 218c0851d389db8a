#include "atrium/broker/util/backoff.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace atrium {

namespace {

backoff::random_source make_random_source() {
  return [engine = std::minstd_rand{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<>{}(engine);
  };
}

} // namespace

backoff::backoff(duration floor, duration cap, random_source random)
  // A floor of 0 would stay 0 after any number of doublings.
  : floor_(std::max(floor, duration{1})),
    cap_(std::max(cap, floor_)),
    ceiling_(floor_),
    random_(random ? std::move(random) : make_random_source()) {
  // nop
}

backoff::duration backoff::next() {
  auto half = ceiling_ / 2;
  auto jitter = static_cast<double>((ceiling_ - half).count()) * random_();
  // Compared by division: doubling a huge ceiling must not overflow.
  ceiling_ = ceiling_ < cap_ / 2 ? ceiling_ * 2 : cap_;
  return half + duration{static_cast<duration::rep>(jitter)};
}

} // namespace atrium
