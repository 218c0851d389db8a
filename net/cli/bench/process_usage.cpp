#include "atrium/net/cli/bench/process_usage.hpp"

#include <ctime>
#include <fstream>
#include <unistd.h>

namespace atrium::bench {

namespace {

// The clock of a process is what /proc/PID/stat shows, in ns instead of ticks.
std::chrono::nanoseconds cpu_of(pid_t process) {
  ::clockid_t clock{};
  ::timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0
      || ::clock_gettime(clock, &time) != 0)
    return {};
  return std::chrono::seconds{time.tv_sec}
         + std::chrono::nanoseconds{time.tv_nsec};
}

// Pages that several processes share count for each of them, so a sum is
// slightly too high.
std::size_t resident_of(pid_t process) {
  static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::ifstream file{"/proc/" + std::to_string(process) + "/statm"};
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return resident * page;
}

} // namespace

usage usage_of(const std::vector<pid_t>& processes) {
  usage res;
  for (auto process : processes) {
    res.cpu += cpu_of(process);
    res.resident += resident_of(process);
  }
  return res;
}

usage own_usage() {
  return usage_of({::getpid()});
}

bool is_running(pid_t process) {
  return ::access(("/proc/" + std::to_string(process)).c_str(), F_OK) == 0;
}

} // namespace atrium::bench
