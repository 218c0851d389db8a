#pragma once

#include "atrium/broker/redis/bus_listener.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace atrium {

/// Listens to channels for a bus, over the links of a client that are for that.
/// For the thread of its context, except for the counters.
class channel_listener {
public:
  virtual ~channel_listener() = default;

  /// Starts to connect.
  virtual void start() = 0;

  /// Closes the links and lets go of all subscribers.
  virtual void stop() = 0;

  /// Adds a subscriber; `wake` subscribes to its channel if need be.
  virtual void add(bus_listener_ptr who) = 0;

  /// Removes a subscriber; `wake` unsubscribes if it was the last one.
  virtual void remove(const bus_listener_ptr& who) = 0;

  /// Calls `carried` when Redis has shown that it carries `channel`.
  virtual void confirm(const std::string& channel,
                       std::function<void()> carried)
    = 0;

  /// Tells Redis about what was added and removed, and asks what is in doubt.
  virtual void wake() = 0;

  /// Returns how many messages have arrived. Any thread.
  virtual std::uint64_t received() const noexcept = 0;

  /// Returns how many channels are wanted. Any thread.
  virtual std::size_t channels() const noexcept = 0;
};

} // namespace atrium
