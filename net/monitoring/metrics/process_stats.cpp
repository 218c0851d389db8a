#include "atrium/net/monitoring/metrics/process_stats.hpp"

#include "atrium/net/admission/memory_gauge.hpp"

#include <ctime>
#include <dirent.h>
#include <fstream>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atrium {

namespace {

std::chrono::nanoseconds cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec}
         + std::chrono::nanoseconds{time.tv_nsec};
}

std::uint64_t count_fds() {
  constexpr auto folder = "/proc/self/fd";
  struct stat about {};
  // Since Linux 6.2 the size is the number; before that it is 0. To walk over
  // 100 000 connections takes far longer.
  if (::stat(folder, &about) == 0 && about.st_size > 0)
    return static_cast<std::uint64_t>(about.st_size);
  std::unique_ptr<DIR, int (*)(DIR*)> open{::opendir(folder), ::closedir};
  if (!open)
    return 0;
  std::uint64_t entries = 0;
  while (::readdir(open.get()) != nullptr)
    ++entries;
  constexpr std::uint64_t not_files = 3; // `.`, `..` and the folder itself
  return entries - not_files;
}

std::uint64_t fd_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

std::uint64_t virtual_bytes() {
  std::uint64_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// The 22nd field of /proc/self/stat: ticks from boot. The second one is the
// name of the program in parentheses, in which there may be spaces.
double ticks_at_start() {
  std::string text;
  std::getline(std::ifstream{"/proc/self/stat"}, text);
  constexpr int after_name = 22 - 3;
  auto at = text.rfind(')');
  for (int i = 0; i <= after_name && at != std::string::npos; ++i)
    at = text.find(' ', at + 1);
  return at == std::string::npos ? 0 : std::stod(text.substr(at + 1));
}

double boot_time() {
  std::ifstream from{"/proc/stat"};
  for (std::string word; from >> word;)
    if (double result = 0; word == "btime" && from >> result)
      return result;
  return 0;
}

} // namespace

process_stats read_process_stats() {
  // It does not change; the kernel's file is a long one.
  static const auto start
    = boot_time()
      + ticks_at_start() / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return {cpu_time(),  resident_bytes(), virtual_bytes(),
          count_fds(), fd_limit(),       start};
}

} // namespace atrium
