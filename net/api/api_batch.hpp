#pragma once

#include "atrium/net/api/api_command.hpp"
#include "atrium/net/api/api_reply.hpp"

#include <cstddef>
#include <functional>

namespace atrium {

/// What runs the commands of a batch.
struct api_runner {
  std::function<void(api_item, api_handler)> run;

  /// Runs something soon, where commands may be run. Any thread.
  std::function<void(std::function<void()>)> later;

  /// Returns whether a command that begins now is answered before nobody waits
  /// for the answer any more.
  std::function<bool()> has_time = nullptr;

  /// Bytes of results, after which no further command begins.
  std::size_t most_bytes = 0;
};

/// Runs the commands of a batch, each as if it had come alone; the answer has
/// theirs in the same order. Messages that follow each other are published
/// together, in their order. Everything else waits for what stands before it,
/// unless the batch is parallel: then up to 16 questions are under way at once.
/// What can begin no more fails with an error of its own, and is not done.
void run_batch(api_runner by, api_batch what, api_handler done);

/// Runs the publishes of a broadcast.
void run_broadcast(api_runner by, api_batch what, api_handler done);

} // namespace atrium
