#pragma once

#include "atrium/broker/node_registry.hpp"

namespace atrium {

/// The registry of a node that runs alone: lists it, at once, on the thread
/// that asks.
class memory_node_registry final : public node_registry {
public:
  /// `report` may be called from any thread.
  explicit memory_node_registry(std::function<node_info()> report)
    : report_(std::move(report)) {
    // nop
  }

  void start() override {
    // nop
  }

  void list(std::chrono::milliseconds patience, answer done) override;

  void stop(std::chrono::milliseconds) override {
    // nop
  }

  node_registry_stats stats() const override;

private:
  std::function<node_info()> report_;
};

} // namespace atrium
