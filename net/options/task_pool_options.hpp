#pragma once

#include <cstddef>

namespace atrium {

/// The threads on which rooms with logic of their own have work done.
struct task_pool_options {
  std::size_t threads = 2;
  std::size_t queue = 1'000; ///< Tasks that may wait for a thread.
};

} // namespace atrium
