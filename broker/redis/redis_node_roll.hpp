#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/node_roll.hpp"
#include "atrium/broker/redis/roll_script.hpp"

#include <memory>

namespace atrium {

class redis_client;

/// What a `redis_node_roll` needs to know.
struct redis_node_roll_config {
  channel_names names{"dev:atrium"};
  roll_timing timing;

  /// What this node says of itself; from any thread, must not block.
  std::function<node_report()> report;
};

/// The roll of all nodes that share a Redis, over the command link of a client,
/// from whose thread it makes most calls.
///
/// A node is in it under its run as long as it says so, by a write every
/// `interval`; one that falls silent stays listed as silent for `keep`, one
/// that stops is gone at once. All times are by the clock of Redis.
class redis_node_roll : public node_roll {
public:
  using config = redis_node_roll_config;

  /// Returns at once. The client has to outlive the roll.
  redis_node_roll(redis_client& client, redis_node_roll_config config);

  redis_node_roll(const redis_node_roll&) = delete;
  redis_node_roll& operator=(const redis_node_roll&) = delete;

  /// Stops the roll if that has not happened yet.
  ~redis_node_roll() override;

  void start() override;

  void list(std::chrono::milliseconds patience, answer done) override;

  void stop(std::chrono::milliseconds patience) override;

  node_roll_stats stats() const override;

private:
  class core;

  std::unique_ptr<core> core_;
};

} // namespace atrium
