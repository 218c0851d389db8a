#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/limiter_queue.hpp"

#include <memory>

namespace atrium {

class redis_client;

/// What a `redis_connection_limiter` needs to know.
struct redis_connection_limiter_config {
  channel_names names{"dev:atrium"};
  limiter_config rules;
  limiter_timing timing;
  dead_runs_function dead_runs; ///< Null: places go only when their time is up.
};

/// Counts the connections of all nodes in one Redis, over the command link of a
/// client, from whose thread it makes all calls.
///
/// Every place is a lease: a node that crashes loses its places when they run
/// out, or when the others know that it is dead (`redis_lease`), and a Redis
/// that has lost its data learns of them again. Fails open: while Redis does
/// not answer, a node counts its own connections only, and those that are too
/// many when it is back have to go.
class redis_connection_limiter : public connection_limiter {
public:
  using config = redis_connection_limiter_config;

  /// Returns at once. The client has to outlive the limiter.
  redis_connection_limiter(redis_client& client,
                           redis_connection_limiter_config config);

  redis_connection_limiter(const redis_connection_limiter&) = delete;
  redis_connection_limiter& operator=(const redis_connection_limiter&) = delete;

  /// Stops the limiter if that has not happened yet.
  ~redis_connection_limiter() override;

  void enter(const std::string& user, newcomer who, answer done) override;

  void leave(const std::string& user, std::uint64_t connection) override;

  void change_rules(std::size_t most, surplus_policy policy) override;

  void stop(std::chrono::milliseconds patience) override;

  limiter_stats stats() const override;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
