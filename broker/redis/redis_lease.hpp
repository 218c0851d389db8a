#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/lease_script.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace atrium {

class redis_client;

/// One whose entries in Redis stand under the lease of the node. All calls come
/// from the thread of the client, possibly while the client calls its callers:
/// neither may add or remove one, or work at once (`go_on_soon`).
class lease_user {
public:
  virtual ~lease_user() = default;

  /// Entries stand under this lease from now on. The same id as before: the
  /// link was lost, and nobody has touched what is there. Another one: the node
  /// was taken for dead, or Redis may have lost its data, so everything is told
  /// again; what stands under the old id goes by itself.
  virtual void on_lease(const std::string& id) = 0;

  /// Others may take the node for dead: nothing is written until `on_lease`.
  virtual void on_doubt() = 0;
};

/// What a `redis_lease` needs to know.
struct redis_lease_config {
  channel_names names{"dev:atrium"};
  std::string run; ///< Of this node; no other node or run has it.
  lease_timing timing;
};

/// Counters of a lease since its start: the metrics `atrium_lease_*`.
struct lease_stats {
  bool held = false;         ///< The others know that this node is alive.
  std::uint64_t lost = 0;    ///< Times that they took it for dead.
  std::uint64_t claimed = 0; ///< Leases of dead nodes that it was given.
  std::uint64_t reaped = 0;  ///< Entries of dead nodes that it has removed.
  std::uint64_t refused = 0; ///< Renewals that Redis has refused.
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

  /// Returns whether the lease is certain at this moment: no other node can
  /// have taken this one for dead, however long the process was stopped. Ask
  /// before writing. From the client's thread.
  bool is_certain() const;

  /// Shortens the lease to the time of grace, waits for Redis to take that, for
  /// `patience` at most, and ends. Users of it are stopped before.
  void stop(std::chrono::milliseconds patience);

  /// Returns runs whose nodes are dead, as of the last renewal. Any thread.
  std::shared_ptr<const std::vector<std::string>> dead_runs() const;

  /// Returns the counters; a snapshot, not a transaction. Any thread.
  lease_stats stats() const;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
