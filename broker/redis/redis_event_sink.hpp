#pragma once

#include "atrium/broker/event_receiver.hpp"
#include "atrium/broker/redis/event_queue.hpp"

#include <cstddef>
#include <memory>

namespace atrium {

class redis_client;
class redis_lease;

/// What a `redis_event_sink` needs to know.
struct redis_event_sink_config {
  event_queue_config queue;
  std::size_t max_bytes = std::size_t{16} << 20; ///< Of what may wait.

  /// Who is given the events; null: there is a stream.
  std::shared_ptr<event_receiver> to = nullptr;
};

/// The sink of nodes that share a Redis, over the command link of a client,
/// from whose thread it makes all calls. Redis knows who is connected and in
/// rooms, on all nodes; what stands there stands under the lease of the node,
/// and another node ends it when the lease is over. All nodes of a namespace
/// need the same kind of sink.
class redis_event_sink final : public event_sink {
public:
  using config = redis_event_sink_config;

  /// Returns at once. The client and the lease have to outlive the sink.
  redis_event_sink(redis_client& client, redis_lease& lease, config with);

  redis_event_sink(const redis_event_sink&) = delete;
  redis_event_sink& operator=(const redis_event_sink&) = delete;

  /// Stops the sink if that has not happened yet.
  ~redis_event_sink() override;

  void report(backend_event x) override;

  void resize(std::size_t max_bytes) override;

  /// To be stopped before the lease.
  void stop(std::chrono::milliseconds patience) override;

  event_sink_stats stats() const override;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
