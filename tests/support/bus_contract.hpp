#pragma once

#include "atrium/broker/memory/memory_bus.hpp"

#include "support/lane_bus.hpp"
#include "support/own_redis.hpp"
#include "support/redis_server.hpp"

#include <cstdio>
#include <memory>
#include <string>

namespace atrium::test {

/// What buses meet on: each bus that it makes stands for one node.
class bus_medium {
public:
  virtual ~bus_medium() = default;

  /// Returns a bus; what one of them publishes reaches the others.
  virtual std::shared_ptr<bus> make_bus() = 0;
};

/// One process: all nodes share one bus.
class memory_medium final : public bus_medium {
public:
  std::shared_ptr<bus> make_bus() override {
    return bus_;
  }

private:
  std::shared_ptr<bus> bus_ = std::make_shared<memory_bus>();
};

/// One redis-server: each node has a bus of its own.
class redis_medium final : public bus_medium {
public:
  std::shared_ptr<bus> make_bus() override {
    bus_settings config;
    config.url = server_.url();
    return std::make_shared<own_bus>(config);
  }

private:
  redis_server server_;
};

/// The same with the bus of a lane.
class lane_medium final : public bus_medium {
public:
  std::shared_ptr<bus> make_bus() override {
    bus_settings config;
    config.url = server_.url();
    return std::make_shared<lane_bus>(config);
  }

private:
  redis_server server_;
};

/// Runs a rule of the contract over every kind of bus. Each gets a fresh medium.
template <class F>
void on_every_bus(F&& rule) {
  std::puts("on memory_bus");
  memory_medium memory;
  rule(memory);
  if (!redis_server::is_installed())
    return;
  std::puts("on redis_bus");
  redis_medium redis;
  rule(redis);
  std::puts("on redis_bus of a lane");
  lane_medium lane;
  rule(lane);
}

} // namespace atrium::test
