#include "atrium/net/monitoring/cpu_meter.hpp"

#include <ctime>
#include <utility>

namespace atrium {

std::chrono::nanoseconds own_cpu_time() {
  ::timespec x{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &x);
  return std::chrono::seconds{x.tv_sec} + std::chrono::nanoseconds{x.tv_nsec};
}

cpu_meter::cpu_meter(std::function<std::chrono::nanoseconds()> used,
                     std::function<clock::time_point()> now)
  : used_(std::move(used)),
    now_(std::move(now)),
    since_(now_()),
    used_then_(used_()) {
  // nop
}

double cpu_meter::load() {
  using seconds = std::chrono::duration<double>;
  // The registry and the inspector ask on different threads: within a second
  // the later one gets the answer of the earlier.
  std::lock_guard guard{mutex_};
  auto now = now_();
  if (now - since_ < shortest)
    return load_;
  auto used = used_();
  load_ = seconds{used - used_then_} / seconds{now - since_};
  since_ = now;
  used_then_ = used;
  return load_;
}

} // namespace atrium
