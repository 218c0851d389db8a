#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/redis_bus.hpp"
#include "atrium/broker/redis/registry_queue.hpp"

#include <memory>

namespace atrium {

/// What a `redis_registry` needs to know.
struct redis_registry_config {
  redis_bus_config link; ///< Where Redis is; `.reg` is appended to the name.
  channel_names names{"dev:atrium"};
  registry_config rules;
  registry_timing timing;
};

/// Counts the connections of all nodes in one Redis, over a connection of its
/// own that heals itself. Runs one thread, `atrium-registry`, that makes all
/// calls.
///
/// Every place is a lease: a node that crashes loses its places when they run
/// out, and a Redis that has lost its data learns of them again. Fails open:
/// while Redis does not answer, a node counts its own connections only, and
/// those that are too many when it is back have to go.
class redis_registry final : public registry {
public:
  /// Starts the thread and returns at once.
  explicit redis_registry(redis_registry_config config);

  redis_registry(const redis_registry&) = delete;
  redis_registry& operator=(const redis_registry&) = delete;

  /// Stops the registry if that has not happened yet.
  ~redis_registry() override;

  void enter(const std::string& user, newcomer who, answer done) override;

  void leave(const std::string& user, std::uint64_t connection) override;

  void stop() override;

  registry_stats stats() const override;

private:
  class core;

  std::unique_ptr<core> core_;
};

} // namespace atrium
