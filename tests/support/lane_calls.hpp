#pragma once

#include <atomic>
#include <cstddef>
#include <pthread.h>

namespace atrium::test {

/// What one thread of a node under test asks of the system and of the allocator,
/// seen on the way there. Nobody is counted until a thread is chosen.
struct lane_calls {
  static std::atomic<pthread_t> watched; ///< 0: nobody.

  static std::atomic<std::size_t> waits; ///< `epoll_wait`.

  /// `epoll_ctl` of what is watched already: Asio waits for more of a socket, or
  /// wakes the loop of another thread.
  static std::atomic<std::size_t> rearms;

  /// What wakes or waits for another thread: condition variables, and `futex` as
  /// std::atomic calls it. Whether a mutex is contended depends on the clock and
  /// does not count.
  static std::atomic<std::size_t> wakes;

  static std::atomic<std::size_t> allocations;

  /// Sets all counts to 0.
  static void reset();
};

} // namespace atrium::test
