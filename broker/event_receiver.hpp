#pragma once

#include "atrium/broker/event_sink.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace atrium {

/// Takes events to a back end that does not read them from Redis.
class event_receiver {
public:
  virtual ~event_receiver() = default;

  /// Returns whether it should be given more. Any thread.
  virtual bool has_room() const = 0;

  /// Returns the bytes that it was given and that have not gone out, as they
  /// count for the bound of the sink. Any thread.
  virtual std::size_t bytes() const = 0;

  /// Takes events over, each the text of a JSON object, in this order. Any
  /// thread.
  virtual void take(std::vector<std::string> events) = 0;

  /// Calls `heard` whenever there is room again, from its own thread. Set
  /// before the first event.
  virtual void on_room(std::function<void()> heard) = 0;

  /// Waits for what still has to go out, for `patience` at most, and ends.
  /// Called once, not from a callback.
  virtual void stop(std::chrono::milliseconds patience) = 0;

  /// Returns the counters of what it was given; any thread.
  virtual event_sink_stats stats() const = 0;
};

} // namespace atrium
