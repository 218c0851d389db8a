#pragma once

#include "atrium/broker/memory/memory_connection_limiter.hpp"

#include "support/own_redis.hpp"
#include "support/redis_kinds.hpp"
#include "support/subscriber_log.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace atrium::test {

/// A node as its limiter sees it: knows who was admitted and who was told to
/// go. Any thread.
class limiter_probe {
public:
  /// Returns rules for a node of this name that report here.
  limiter_config rules(std::string node, std::size_t most, surplus_policy policy) {
    return {std::move(node), most, policy, [this](const std::string& connection) {
              std::lock_guard guard{mutex_};
              evicted_.push_back(connection);
            }};
  }

  /// Asks for a place, by the policy, and waits for the answer.
  bool enter(connection_limiter& at, const std::string& user, std::uint64_t connection,
             std::vector<std::string> silent = {}) {
    return ask(at, user, {connection, true, std::move(silent)}).admitted;
  }

  lease_decision ask(connection_limiter& at, const std::string& user, newcomer who) {
    auto answered = std::make_shared<std::optional<lease_decision>>();
    at.enter(user, std::move(who), [this, answered](const lease_decision& x) {
      std::lock_guard guard{mutex_};
      if (answered->has_value())
        ++repeated_;
      *answered = x;
    });
    auto decided = eventually([&] {
      std::lock_guard guard{mutex_};
      return answered->has_value();
    });
    return decided ? **answered : lease_decision{};
  }

  /// Returns whether this connection, and no other, was told to go.
  bool has_evicted(const std::string& connection) {
    return eventually([&] { return !evicted().empty(); })
           && evicted() == std::vector<std::string>{connection};
  }

  std::vector<std::string> evicted() const {
    std::lock_guard guard{mutex_};
    return evicted_;
  }

  /// Answers that came a second time.
  int repeated() const {
    std::lock_guard guard{mutex_};
    return repeated_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> evicted_;
  int repeated_ = 0;
};

/// The age of a connection is known to the millisecond: makes the next one a
/// younger one.
inline void let_a_millisecond_pass() {
  auto now = [] {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  };
  eventually([&, start = now()] { return now() > start; });
}

/// Returns what a node needs that shares this Redis, with short leases.
inline settings<redis_connection_limiter> limiter_on(const redis_place& where, limiter_config rules,
                                                     std::chrono::milliseconds lease
                                                     = std::chrono::seconds{60}) {
  settings<redis_connection_limiter> config;
  lead_to(config, where);
  config.backoff_floor = std::chrono::milliseconds{2};
  config.backoff_cap = std::chrono::milliseconds{20};
  config.rules = std::move(rules);
  config.timing.lease = lease;
  return config;
}

/// Runs a rule of the contract over every kind of limiter: one node, at most
/// two connections of a user.
template <class F>
void on_every_limiter(surplus_policy policy, F&& rule) {
  if (is_chosen("memory")) {
    std::puts("on memory");
    limiter_probe probe;
    memory_connection_limiter memory{probe.rules("n1", 2, policy)};
    rule(memory, probe);
  }
  on_every_redis([&](const shared_redis& on) {
    limiter_probe probe;
    own_limiter redis{limiter_on(on, probe.rules("n1", 2, policy))};
    rule(redis, probe);
    redis.stop(std::chrono::seconds{1});
  });
}

} // namespace atrium::test
