#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/registry_queue.hpp"

#include <memory>

namespace atrium {

class redis_client;

/// What a `redis_registry` needs to know.
struct redis_registry_config {
  channel_names names{"dev:atrium"};
  registry_config rules;
  registry_timing timing;
};

/// Counts the connections of all nodes in one Redis, over the command link of a
/// client, from whose thread it makes all calls.
///
/// Every place is a lease: a node that crashes loses its places when they run
/// out, and a Redis that has lost its data learns of them again. Fails open:
/// while Redis does not answer, a node counts its own connections only, and
/// those that are too many when it is back have to go.
class redis_registry : public registry {
public:
  using config = redis_registry_config;

  /// Returns at once. The client has to outlive the registry.
  redis_registry(redis_client& client, redis_registry_config config);

  redis_registry(const redis_registry&) = delete;
  redis_registry& operator=(const redis_registry&) = delete;

  /// Stops the registry if that has not happened yet.
  ~redis_registry() override;

  void enter(const std::string& user, newcomer who, answer done) override;

  void leave(const std::string& user, std::uint64_t connection) override;

  void stop(std::chrono::milliseconds patience) override;

  registry_stats stats() const override;

private:
  class core;

  std::unique_ptr<core> core_;
};

} // namespace atrium
