#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace atrium {

/// How much of something may pass: so many in a time on average, and so many at
/// once. A rate of zero stands for "no limit".
class token_rate {
public:
  using duration = std::chrono::nanoseconds;

  token_rate() = default;

  /// `amount` in each `per`, `burst` at once; a burst of zero means `amount`.
  token_rate(std::uint64_t amount, duration per, std::uint64_t burst = 0)
    : amount_(static_cast<double>(amount)),
      per_(static_cast<double>(per.count())),
      burst_(burst == 0 ? amount : burst) {
    // nop
  }

  bool is_limited() const noexcept {
    return amount_ > 0;
  }

  /// Returns the time in which `cost` is earned. More than the burst counts as
  /// the burst, or it could never pass.
  duration time_for(std::uint64_t cost) const noexcept {
    auto n = static_cast<double>(std::min(cost, burst_));
    return duration{static_cast<duration::rep>(n * per_ / amount_)};
  }

  /// Returns the time in which a full burst is earned.
  duration tolerance() const noexcept {
    return time_for(burst_);
  }

private:
  double amount_ = 0;
  double per_ = 1;
  std::uint64_t burst_ = 0;
};

/// A token bucket in one word, by the generic cell rate algorithm in its form
/// of virtual scheduling (ITU-T I.371, annex A): instead of tokens it keeps the
/// time at which the bucket will be full again. The rate is passed with every
/// call, so that thousands of buckets share one. One thread.
class token_bucket {
public:
  using clock = std::chrono::steady_clock;
  using duration = token_rate::duration;

  /// Takes `cost` out and returns zero, or takes nothing and returns how long
  /// to wait until it can be taken.
  duration take(clock::time_point now, const token_rate& rate,
                std::uint64_t cost = 1) noexcept {
    if (!rate.is_limited())
      return duration::zero();
    auto full = std::max(full_at_, now) + rate.time_for(cost);
    auto wait = full - now - rate.tolerance();
    if (wait > duration::zero())
      return wait;
    full_at_ = full;
    return duration::zero();
  }

  /// Takes `cost` out in any case, on credit if need be, and returns how long
  /// nothing should be taken after that.
  duration owe(clock::time_point now, const token_rate& rate,
               std::uint64_t cost) noexcept {
    if (!rate.is_limited())
      return duration::zero();
    full_at_ = std::max(full_at_, now) + rate.time_for(cost);
    return std::max(full_at_ - now - rate.tolerance(), duration::zero());
  }

private:
  clock::time_point full_at_{};
};

static_assert(sizeof(token_bucket) == 8);

} // namespace atrium
