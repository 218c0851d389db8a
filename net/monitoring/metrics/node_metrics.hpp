#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/node_registry.hpp"
#include "atrium/net/monitoring/health.hpp"
#include "atrium/net/monitoring/metrics/lane_load.hpp"
#include "atrium/net/monitoring/metrics/node_totals.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace atrium {

class family_list;

/// Everything that a node counts, gathered when somebody asks. Reads atomics
/// and asks the kernel, no actor: the answer comes at once, also when nothing
/// else does. What the names mean: net/monitoring/README.md.
class node_metrics {
public:
  using clock = lane_load::clock;

  /// A lane from outside.
  struct lane_view {
    lane_port port;
    std::function<std::chrono::nanoseconds()> busy; ///< CPU time. Any thread.
  };

  /// What is known of clients apart from lanes.
  struct client_view {
    std::shared_ptr<const semaphore> open; ///< WebSockets.
    std::shared_ptr<const struct client_counters> counts;
    std::shared_ptr<const struct api_traffic> api = nullptr; ///< Null: none.
  };

  /// How the node stands with other nodes; null: there are none.
  struct other_nodes {
    std::shared_ptr<const node_registry> registry;
    std::shared_ptr<const class redis_lease> lease;
  };

  /// Only lanes with clients are of interest.
  node_metrics(environment_ptr env, client_view clients,
               std::shared_ptr<const class health> health,
               std::vector<lane_view> lanes, other_nodes others = {});

  /// Notes how busy the lanes are. To be called once a second, by the thread
  /// that calls `text`.
  void tick(clock::time_point now);

  /// Returns all metrics in Prometheus' text format, version 0.0.4. One thread.
  std::string text() const;

  /// Returns the numbers that an overview shows. Any thread.
  node_totals totals() const;

private:
  std::uint64_t
  sum(const std::function<std::uint64_t(const lane_counters&)>& f) const;
  void add_clients(family_list& to) const;
  void add_messages(family_list& to) const;
  void add_outboxes(family_list& to) const;
  void add_lanes(family_list& to) const;
  void add_mailboxes(family_list& to) const;
  void add_bus_and_links(family_list& to) const;
  void add_errors(family_list& to) const;

  environment_ptr env_;
  client_view clients_;
  std::shared_ptr<const class health> health_;
  std::vector<lane_view> lanes_;
  other_nodes others_;
  std::vector<std::string> names_; // of the lanes, as labels
  std::vector<lane_load> loads_;
};

} // namespace atrium
