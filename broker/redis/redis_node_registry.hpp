#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/node_registry.hpp"
#include "atrium/broker/redis/node_registry_script.hpp"

#include <memory>

namespace atrium {

class redis_client;

/// What a `redis_node_registry` needs to know.
struct redis_node_registry_config {
  channel_names names{"dev:atrium"};
  node_registry_timing timing;

  /// What this node says of itself; from any thread, must not block.
  std::function<node_info()> report;
};

/// The registry of all nodes that share a Redis, over the command link of a
/// client, from whose thread it makes most calls.
///
/// A node is in it under its run as long as it says so, by a write every
/// `interval`; one that falls silent stays listed as silent for `keep`, one
/// that stops is gone at once. All times are by the clock of Redis.
class redis_node_registry : public node_registry {
public:
  using config = redis_node_registry_config;

  /// Returns at once. The client has to outlive the registry.
  redis_node_registry(redis_client& client, redis_node_registry_config config);

  redis_node_registry(const redis_node_registry&) = delete;
  redis_node_registry& operator=(const redis_node_registry&) = delete;

  /// Stops the registry if that has not happened yet.
  ~redis_node_registry() override;

  void start() override;

  void list(std::chrono::milliseconds patience, answer done) override;

  void stop(std::chrono::milliseconds patience) override;

  node_registry_stats stats() const override;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
