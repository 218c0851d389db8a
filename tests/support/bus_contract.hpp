#pragma once

#include "atrium/broker/memory/memory_bus.hpp"

#include "support/lane_bus.hpp"
#include "support/own_redis.hpp"
#include "support/redis_kinds.hpp"

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

/// Redis of some kind: each node has a bus of its own.
template <class Bus>
class redis_medium final : public bus_medium {
public:
  explicit redis_medium(const redis_place& where) {
    lead_to(config_, where);
  }

  std::shared_ptr<bus> make_bus() override {
    return std::make_shared<Bus>(config_);
  }

private:
  bus_settings config_;
};

/// Runs a rule of the contract over every kind of bus. Each gets a fresh medium.
template <class F>
void on_every_bus(F&& rule) {
  if (is_chosen("memory")) {
    std::puts("on memory");
    memory_medium memory;
    rule(memory);
  }
  on_every_redis([&](const shared_redis& on) {
    redis_medium<own_bus> redis{on};
    rule(redis);
  });
  on_every_redis([&](const shared_redis& on) {
    std::puts("with the bus of a lane");
    redis_medium<lane_bus> lane{on};
    rule(lane);
  });
}

} // namespace atrium::test
