#pragma once

#include <atomic>
#include <cstddef>
#include <pthread.h>
#include <vector>

namespace atrium::test {

/// What a node under test writes to its sockets, seen on the way to the system
/// (`send` and `sendmsg`). The thread of the test is the client: what it writes
/// itself does not count.
struct socket_calls {
  static std::atomic<std::size_t> writes;
  static std::atomic<pthread_t> last_writer;
  static std::atomic<pthread_t> held; ///< Waits with its next write; 0: nobody.

  /// With these errors the next calls of this thread fail, in this order.
  static thread_local std::vector<int> errors;
};

} // namespace atrium::test
