#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/node_registry.hpp"
#include "atrium/net/monitoring/cpu_meter.hpp"

#include <memory>
#include <mutex>
#include <string>

namespace atrium {

/// Says what the node is and how much it has to do, for others to know. Any
/// thread; only reads what is known.
class node_reporter {
public:
  /// `connections` has a place taken for every open WebSocket.
  node_reporter(environment_ptr env,
                std::shared_ptr<const semaphore> connections);

  /// Others find the node's operators' listener there: `HOST:PORT`, with
  /// `https://` in front when it speaks TLS; empty: nowhere.
  void serve_at(std::string where);

  node_info report();

private:
  using clock = std::chrono::steady_clock;

  const environment_ptr env_;
  const std::shared_ptr<const semaphore> connections_;
  const clock::time_point start_ = clock::now();
  cpu_meter cpu_;
  std::mutex mutex_;
  std::string internal_;
};

} // namespace atrium
