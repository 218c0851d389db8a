#include "atrium/net/memory_gauge.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <unistd.h>

namespace atrium {

namespace {

constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();

// The number in a file of the kernel's; `max` or no file means no limit.
std::uint64_t limit_in(const std::string& path) {
  std::uint64_t result = 0;
  return std::ifstream{path} >> result ? result : no_limit;
}

// A group cannot have more than those around it.
std::uint64_t limit_of_group(const std::string& root, std::string group,
                             const std::string& file) {
  auto limit_at
    = [&](std::string path) { return limit_in(path.append("/").append(file)); };
  auto result = limit_at(root); // a container sees its own as root
  while (!group.empty()) {
    result = std::min(result, limit_at(root + group));
    group.erase(std::min(group.rfind('/'), group.size()));
  }
  return result;
}

std::uint64_t limit_of_groups() {
  auto result = no_limit;
  std::ifstream groups{"/proc/self/cgroup"};
  for (std::string line; std::getline(groups, line);) {
    auto path = line.substr(std::min(line.rfind(':') + 1, line.size()));
    if (path == "/")
      path.clear();
    if (line.starts_with("0::"))
      result = std::min(result,
                        limit_of_group("/sys/fs/cgroup", path, "memory.max"));
    else if (line.find(":memory:") != line.npos)
      result = std::min(result, limit_of_group("/sys/fs/cgroup/memory", path,
                                               "memory.limit_in_bytes"));
  }
  return result;
}

std::uint64_t page_size() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace

std::uint64_t resident_bytes() {
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> size >> resident;
  return resident * page_size();
}

std::uint64_t available_bytes() {
  auto pages = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES));
  return std::min(limit_of_groups(), pages * page_size());
}

std::string read_watermark(std::string_view text, std::uint64_t available,
                           std::uint64_t& out) {
  auto percent = text.ends_with('%');
  auto digits = text.substr(0, text.size() - (percent ? 1 : 0));
  std::uint64_t value = 0;
  auto end = digits.data() + digits.size();
  auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stop != end || (percent && value > 100))
    return "'" + std::string{text} + "' is neither a percentage nor bytes";
  out = percent ? available / 100 * value : value;
  return {};
}

bool memory_gauge::is_over(clock::time_point now) {
  if (watermark_ == 0 || now < next_)
    return over_;
  next_ = now + std::chrono::seconds{1};
  over_ = occupied_() > watermark_;
  return over_;
}

} // namespace atrium
