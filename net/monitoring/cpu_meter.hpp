#pragma once

#include <chrono>
#include <functional>
#include <mutex>

namespace atrium {

/// Returns the time that all threads of this process have computed.
std::chrono::nanoseconds own_cpu_time();

/// Tells how busy this process is: how many cores it keeps busy, on average
/// since it was asked before. Any thread.
class cpu_meter {
public:
  using clock = std::chrono::steady_clock;

  /// Over less than this the average says nothing; the one before is returned.
  static constexpr std::chrono::seconds shortest{1};

  /// The arguments are there for tests.
  explicit cpu_meter(std::function<std::chrono::nanoseconds()> used
                     = own_cpu_time,
                     std::function<clock::time_point()> now = clock::now);

  double load();

private:
  const std::function<std::chrono::nanoseconds()> used_;
  const std::function<clock::time_point()> now_;
  std::mutex mutex_;
  clock::time_point since_;
  std::chrono::nanoseconds used_then_;
  double load_ = 0;
};

} // namespace atrium
