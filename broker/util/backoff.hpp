#pragma once

#include <chrono>
#include <functional>

namespace atrium {

/// Spaces out attempts to reconnect: pauses double from a floor up to a cap,
/// each with half of it at random, so that the nodes of a cluster do not return
/// all at once. Pure arithmetic, for one thread.
class backoff {
public:
  using duration = std::chrono::milliseconds;

  /// Returns a number in [0, 1); replaced by tests.
  using random_source = std::function<double()>;

  backoff(duration floor, duration cap, random_source random = {});

  /// Returns the pause before the next attempt: of its ceiling at least half.
  duration next();

  /// Starts over, once everything works again: a connection that was merely
  /// accepted proves nothing.
  void reset() noexcept {
    ceiling_ = floor_;
  }

private:
  duration floor_;
  duration cap_;
  duration ceiling_;
  random_source random_;
};

} // namespace atrium
