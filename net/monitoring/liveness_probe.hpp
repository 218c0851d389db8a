#pragma once

#include <atomic>
#include <chrono>

namespace atrium {

/// A part of the node that is asked now and then whether it still works. One
/// thread asks; the part answers, and others look, from any thread.
class liveness_probe {
public:
  using clock = std::chrono::steady_clock;

  /// Notes that the part is asked at `now`; false if it still owes an answer:
  /// then asking again would only fill its queue.
  bool ask(clock::time_point now) {
    auto none = clock::rep{0};
    return asked_.compare_exchange_strong(none, now.time_since_epoch().count(),
                                          std::memory_order_relaxed);
  }

  void answer() {
    asked_.store(0, std::memory_order_relaxed);
  }

  /// How long the part has owed an answer; zero if it owes none.
  clock::duration overdue(clock::time_point now) const {
    auto asked = asked_.load(std::memory_order_relaxed);
    if (asked == 0)
      return {};
    return now.time_since_epoch() - clock::duration{asked};
  }

private:
  std::atomic<clock::rep> asked_ = 0; // 0: nothing is owed
};

} // namespace atrium
