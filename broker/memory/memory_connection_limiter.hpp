#pragma once

#include "atrium/broker/user_connections.hpp"

#include <mutex>

namespace atrium {

/// The limiter of a node that runs alone: decides at once, on the thread that
/// asks.
class memory_connection_limiter final : public connection_limiter {
public:
  explicit memory_connection_limiter(limiter_config config)
    : config_(std::move(config)) {
    // nop
  }

  void enter(const std::string& user, newcomer who, answer done) override;

  void leave(const std::string& user, std::uint64_t connection) override;

  void change_rules(std::size_t most, surplus_policy policy) override;

  void stop(std::chrono::milliseconds) override {
    // nop
  }

  limiter_stats stats() const override;

private:
  lease_decision decide(const std::string& user, const newcomer& who,
                        std::vector<std::uint64_t>& gone);

  limiter_config config_; // what `change_rules` changes: by the mutex
  mutable std::mutex mutex_;
  user_connections connections_;
  limiter_stats stats_;
};

} // namespace atrium
