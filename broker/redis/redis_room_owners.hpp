#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/room_owners.hpp"

#include <chrono>
#include <memory>

namespace atrium {

class redis_client;

/// What `redis_room_owners` need to know.
struct redis_room_owners_config {
  channel_names names{"dev:atrium"};

  /// How long leases of nodes last; the same for all nodes.
  std::chrono::milliseconds lease{15'000};

  /// For so long somebody waits for an answer.
  std::chrono::milliseconds patience{5'000};
};

/// The owners of rooms among nodes that share a Redis, over the command link of
/// a client, from whose thread it makes most calls. A node is alive as long as
/// its `redis_lease` is.
///
/// While the link is down, calls wait within bounds, and until their deadline.
/// Of those that were on their way only `find` is repeated; the others are
/// `unknown`.
class redis_room_owners : public room_owners {
public:
  using config = redis_room_owners_config;

  /// Returns at once. The client has to outlive it.
  redis_room_owners(redis_client& client, redis_room_owners_config config);

  redis_room_owners(const redis_room_owners&) = delete;
  redis_room_owners& operator=(const redis_room_owners&) = delete;

  /// Stops if that has not happened yet.
  ~redis_room_owners() override;

  void find(std::string room, std::vector<std::string> candidates,
            std::function<void(found_owner)> done) override;

  void release(std::string room, std::uint64_t token,
               std::function<void(fencing)> done) override;

  void open(std::string room, std::uint64_t token, std::chrono::seconds ttl,
            std::function<void(room_opening)> done) override;

  void say(std::string room, std::uint64_t token, room_word what,
           std::function<void(fencing)> done) override;

  void stop(std::chrono::milliseconds patience) override;

  room_owners_stats stats() const override;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
