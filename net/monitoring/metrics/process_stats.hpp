#pragma once

#include <chrono>
#include <cstdint>

namespace atrium {

/// What the kernel knows of this process.
struct process_stats {
  std::chrono::nanoseconds cpu{0}; ///< User and system.
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
  double start_time = 0; ///< Seconds since 1970.
};

/// Asks the kernel, which takes no disk; what it does not tell is 0. Any
/// thread, for a moment that grows with the number of open files on kernels
/// before Linux 6.2.
process_stats read_process_stats();

} // namespace atrium
