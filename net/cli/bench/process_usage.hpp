#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <sys/types.h>
#include <vector>

namespace atrium::bench {

/// What processes have used.
struct usage {
  std::chrono::nanoseconds cpu{}; ///< User and system time since they began.
  std::size_t resident = 0;       ///< Bytes of memory.
};

/// Returns the sum over some processes; one that is gone counts as nothing.
usage usage_of(const std::vector<pid_t>& processes);

/// Returns what this process has used.
usage own_usage();

/// Returns whether there is such a process.
bool is_running(pid_t process);

} // namespace atrium::bench
