#define CAF_SUITE process_stats_test

#include "atrium/net/monitoring/metrics/process_stats.hpp"

#include "caf/test/unit_test.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <vector>

using namespace atrium;
using namespace std::chrono_literals;

CAF_TEST(open files are counted) {
  auto before = read_process_stats();
  std::vector<int> opened;
  for (int i = 0; i < 10; ++i)
    opened.push_back(::open("/dev/null", O_RDONLY));
  auto after = read_process_stats();
  for (auto fd : opened)
    ::close(fd);
  CAF_CHECK_EQUAL(after.open_fds, before.open_fds + 10);
  CAF_CHECK_EQUAL(read_process_stats().open_fds, before.open_fds);
  CAF_CHECK(before.open_fds >= 1 && before.open_fds < before.max_fds);
}

CAF_TEST(work takes time) {
  auto before = read_process_stats().cpu;
  volatile unsigned work = 0;
  while (read_process_stats().cpu - before < 20ms)
    work = work + 1;
  CAF_CHECK(read_process_stats().cpu > before);
}

CAF_TEST(the process has begun a moment ago and needs memory) {
  auto x = read_process_stats();
  auto now = std::chrono::duration<double>{std::chrono::system_clock::now().time_since_epoch()};
  // The kernel's time of boot is rounded to a second.
  CAF_CHECK(x.start_time <= now.count() + 2);
  CAF_CHECK(x.start_time > now.count() - 600);
  CAF_CHECK(x.resident_bytes > 1'000'000 && x.virtual_bytes >= x.resident_bytes);
}
