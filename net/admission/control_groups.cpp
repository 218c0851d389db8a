#include "atrium/net/admission/control_groups.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>
#include <utility>

namespace atrium {

namespace {

// The number in a file of the kernel's; `max`, -1 or no file means no limit.
// For no limit of memory, version 1 says a number near 2^63 instead, which is
// above what any machine has.
std::uint64_t number_in(const std::string& path) {
  std::int64_t result = 0;
  return std::ifstream{path} >> result && result >= 0
           ? static_cast<std::uint64_t>(result)
           : control_groups::no_limit;
}

double share(std::uint64_t quota, std::uint64_t period) {
  if (quota == control_groups::no_limit || period == 0
      || period == control_groups::no_limit)
    return HUGE_VAL;
  return static_cast<double>(quota) / static_cast<double>(period);
}

// Whether a line of /proc/self/cgroup is about this controller of version 1:
// several may share a hierarchy, as in `4:cpu,cpuacct:/group`.
bool names_controller(const std::string& line, const std::string& name) {
  auto first = line.find(':');
  auto last = line.find(':', first + 1);
  if (first == line.npos || last == line.npos)
    return false;
  auto names = ',' + line.substr(first + 1, last - first - 1) + ',';
  return names.find(',' + name + ',') != names.npos;
}

} // namespace

// Calls `limit_at` with the folder of each group and whether it is of version
// 2; returns the least of the limits and `result`.
template <class T, class Read>
T control_groups::least(const char* controller, T result, Read limit_at) const {
  std::ifstream groups{root_ + "/proc/self/cgroup"};
  for (std::string line; std::getline(groups, line);) {
    auto second = line.starts_with("0::");
    if (!second && !names_controller(line, controller))
      continue;
    auto group = line.substr(line.find(':', line.find(':') + 1) + 1);
    if (group == "/" || !group.starts_with('/'))
      group.clear();
    auto top = root_ + "/sys/fs/cgroup"
               + (second ? std::string{} : std::string{"/"} + controller);
    result = std::min(result, limit_at(top, second));
    // A group that the container cannot see has no files here and limits
    // nothing. The limits of the groups around it hold as well, so all groups
    // up to the top are read.
    for (; !group.empty();
         group.erase(std::min(group.rfind('/'), group.size())))
      result = std::min(result, limit_at(top + group, second));
  }
  return result;
}

std::uint64_t control_groups::memory() const {
  return least("memory", no_limit, [](const std::string& at, bool second) {
    return number_in(at + (second ? "/memory.max" : "/memory.limit_in_bytes"));
  });
}

double control_groups::processors() const {
  auto limit_at = [](const std::string& at, bool second) {
    if (!second)
      return share(number_in(at + "/cpu.cfs_quota_us"),
                   number_in(at + "/cpu.cfs_period_us"));
    std::uint64_t quota = 0;
    std::uint64_t period = 0; // `max 100000` is not a number
    return std::ifstream{at + "/cpu.max"} >> quota >> period
             ? share(quota, period)
             : HUGE_VAL;
  };
  auto result = least("cpu", HUGE_VAL, limit_at);
  return std::isinf(result) ? 0 : result;
}

std::size_t usable_processors(const control_groups& groups) {
  // The standard lets it say 0 for "not known".
  auto machine = std::max(1U, std::thread::hardware_concurrency());
  auto quota = groups.processors();
  if (quota <= 0)
    return machine;
  // With fewer threads a part of the quota could never be used.
  auto whole = static_cast<std::size_t>(std::ceil(quota));
  return std::clamp<std::size_t>(whole, 1, machine);
}

} // namespace atrium
