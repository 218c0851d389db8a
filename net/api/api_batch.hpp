#pragma once

#include "atrium/net/api/api_command.hpp"
#include "atrium/net/api/api_reply.hpp"

#include <functional>

namespace atrium {

/// What runs the commands of a batch.
struct api_runner {
  std::function<void(api_item, api_handler)> run;

  /// Runs something soon, where commands may be run. Any thread.
  std::function<void(std::function<void()>)> later;
};

/// Runs the commands of a batch, each as if it had come alone; the answer has
/// theirs in the same order. Messages that follow each other are published
/// together, in their order. Everything else waits for what stands before it,
/// unless the batch is parallel.
void run_batch(api_runner by, api_batch what, api_handler done);

/// Runs the publishes of a broadcast.
void run_broadcast(api_runner by, api_batch what, api_handler done);

} // namespace atrium
