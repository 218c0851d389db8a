#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/lease_queue.hpp"
#include "atrium/broker/redis/lease_user.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace atrium {

class lease_heir;
class redis_client;

/// What a `redis_lease` needs to know.
struct redis_lease_config {
  channel_names names{"dev:atrium"};
  std::string run; ///< Of this node; no other node or run has it.
  lease_timing timing;
};

/// The lease by which the other nodes know that this one is alive, over the
/// command link of a client, from whose thread it makes all calls. It is
/// renewed every third of its time; when it is over, exactly one of the other
/// nodes removes what stands in Redis under its id (presence_reap.lua), and
/// this one does so for others. All times are by the clock of Redis, and time
/// for which Redis was away does not count.
class redis_lease {
public:
  using config = redis_lease_config;
  using runs = std::shared_ptr<const std::vector<std::string>>;

  /// Returns at once. The client has to outlive the lease.
  redis_lease(redis_client& client, redis_lease_config config);

  redis_lease(const redis_lease&) = delete;
  redis_lease& operator=(const redis_lease&) = delete;

  /// Stops the lease if that has not happened yet.
  ~redis_lease();

  /// Tells `who` of the lease from now on, first of the one that there is. Any
  /// thread; returns at once. `who` has to live until it is removed.
  void add(lease_user& who);

  /// From the client's thread. No call afterwards.
  void remove(lease_user& who);

  /// Asks `who` from now on to end the events of dead nodes; null: nobody, and
  /// nobody will have done so. Any thread; but null only from the client's.
  void inherit_by(lease_heir* who);

  /// Nothing of events stands any more under this lease of a dead node. From
  /// the client's thread, but not from one of its calls.
  void inherited(const std::string& lease_id);

  /// Returns whether the lease is certain at this moment: no other node can
  /// have taken this one for dead, however long the process was stopped. Ask
  /// before writing. From the client's thread.
  bool is_certain() const;

  /// Shortens the lease to the time of grace, waits for Redis to take that, for
  /// `patience` at most, and ends. Users of it are stopped before.
  void stop(std::chrono::milliseconds patience);

  /// Returns runs whose nodes are dead, as of the last renewal. Any thread.
  runs dead_runs() const;

  /// Returns the counters; a snapshot, not a transaction. Any thread.
  lease_stats stats() const;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
