#pragma once

#include "atrium/broker/tcp/dial_targets.hpp"

#include <functional>
#include <string>

namespace atrium {

/// Says where a server is, each time that somebody wants to connect to it. For
/// one thread, that of its context.
class redis_locator {
public:
  /// Addresses in the order in which to try them, or why there are none.
  struct place {
    dial_targets targets = {};
    std::string host = {}; ///< For whom its certificate has to be.
    std::string error = {};
  };

  using handler = std::function<void(place)>;

  virtual ~redis_locator() = default;

  /// Calls `done` once, never before it returns, unless `forget` comes first.
  /// One question at a time. May throw when the machine lacks what it takes.
  virtual void find(handler done) = 0;

  /// Whoever has asked wants no answer any more.
  virtual void forget() noexcept = 0;

  /// Returns what is asked about, for logs.
  virtual std::string what() const = 0;
};

} // namespace atrium
