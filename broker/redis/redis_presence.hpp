#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/presence.hpp"

#include <memory>

namespace atrium {

class redis_client;
class redis_lease;

/// What a `redis_presence` needs to know.
struct redis_presence_config {
  channel_names names{"dev:atrium"};

  /// Who comes back within this time has not been away.
  std::chrono::milliseconds grace{5'000};

  /// For so long somebody waits for an answer.
  std::chrono::milliseconds patience{5'000};
};

/// The presence of nodes that share a Redis, over the command link of a client,
/// from whose thread it makes all calls.
///
/// What stands in Redis stands under the lease of the node, and is taken out by
/// another node when the lease is over. While Redis is away nothing is told;
/// after that how things stand, so who has come and gone meanwhile has not been
/// there.
class redis_presence : public presence {
public:
  using config = redis_presence_config;

  /// Returns at once. The client and the lease have to outlive the presence.
  redis_presence(redis_client& client, redis_lease& lease,
                 redis_presence_config config);

  redis_presence(const redis_presence&) = delete;
  redis_presence& operator=(const redis_presence&) = delete;

  /// Stops the presence if that has not happened yet.
  ~redis_presence() override;

  void enter(const presence_room& where, presence_member who) override;

  void leave(const presence_room& where, const std::string& user,
             std::uint64_t connection) override;

  void read(const presence_room& where, std::size_t limit,
            answer done) override;

  /// To be stopped before the lease.
  void stop(std::chrono::milliseconds patience) override;

  presence_stats stats() const override;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
