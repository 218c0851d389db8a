#pragma once

#include "atrium/broker/node_roll.hpp"

namespace atrium {

/// The roll of a node that runs alone: lists it, at once, on the thread that
/// asks.
class memory_node_roll final : public node_roll {
public:
  /// `report` may be called from any thread.
  explicit memory_node_roll(std::function<node_report()> report)
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

  node_roll_stats stats() const override;

private:
  std::function<node_report()> report_;
};

} // namespace atrium
