#include "atrium/net/node/file_budget.hpp"

#include "atrium/broker/log/log.hpp"
#include "atrium/net/auth/auth_options.hpp"
#include "atrium/net/monitoring/metrics/process_stats.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace atrium {

file_budget file_budget::share(std::size_t limit, std::size_t open,
                               const auth_options& from) {
  file_budget result;
  result.limit = limit;
  // Half of it is for links to Redis, files that are read anew, and others.
  auto reserve = std::clamp<std::size_t>(limit / 8, 8, 64);
  result.operators = reserve / 4;
  result.watchers = reserve / 4;
  constexpr std::size_t most_backends = 1'024;
  result.backends = std::min(limit / 16, most_backends);
  reserve += result.backends;
  // Each request to the back end has a socket of its own.
  if (from.mode == auth_mode::url)
    reserve += std::min(from.backend.concurrency, limit / 8);
  result.clients = limit - std::min(limit, open + reserve);
  return result;
}

file_budget file_budget::of_process(const auth_options& from,
                                    std::size_t links) {
  auto now = read_process_stats();
  return share(now.max_fds, now.open_fds + links, from);
}

void raise_file_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0
      || files.rlim_cur == files.rlim_max)
    return;
  auto before = files.rlim_cur;
  files.rlim_cur = files.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &files) == 0)
    log::info("file_limit_raised", {{"from", before}, {"to", files.rlim_max}},
              "node may open more files");
}

} // namespace atrium
