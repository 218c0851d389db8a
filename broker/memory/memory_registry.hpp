#pragma once

#include "atrium/broker/seat_table.hpp"

#include <mutex>

namespace atrium {

/// The registry of a node that runs alone: decides at once, on the thread that
/// asks.
class memory_registry final : public registry {
public:
  explicit memory_registry(registry_config config)
    : config_(std::move(config)) {
    // nop
  }

  void enter(const std::string& user, newcomer who, answer done) override;

  void leave(const std::string& user, std::uint64_t connection) override;

  void stop(std::chrono::milliseconds) override {
    // nop
  }

  registry_stats stats() const override;

private:
  seating decide(const std::string& user, const newcomer& who,
                 std::vector<std::uint64_t>& gone);

  const registry_config config_;
  mutable std::mutex mutex_;
  seat_table seats_;
  registry_stats stats_;
};

} // namespace atrium
