#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/placement.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/net/inspector/inspect_service.hpp"
#include "atrium/net/lane/lane_thread.hpp"
#include "atrium/net/lane/ticker.hpp"
#include "atrium/net/monitoring/health.hpp"
#include "atrium/net/monitoring/metrics/node_metrics.hpp"
#include "atrium/net/monitoring/node_reporter.hpp"

#include <memory>
#include <string>
#include <vector>

namespace atrium {

struct options;
class cluster;
class node_registry;

/// What the services for operators look at.
struct operator_setup {
  caf::actor_system& system;
  const options& from;
  environment_ptr env;
  directory_actor directory;
  std::vector<lane_thread*> lanes; ///< With clients.
  lane_thread& own_lane;           ///< Without: answers when those do not.
  placement own_bus;               ///< That of this lane, if it has one.
  std::shared_ptr<node_life> life;
  std::shared_ptr<semaphore> connections;
  std::shared_ptr<const struct client_counters> client_counts;
  std::shared_ptr<const struct api_traffic> api;
  std::shared_ptr<class admission_limits> admission;
  class redis_thread* redis; ///< Null: the node runs alone.
  std::shared_ptr<const class redis_lease> lease; ///< Likewise.
};

/// Everything through which operators look into a node, and nodes at each
/// other: health, metrics, the inspector, the registry of nodes. Clients get
/// along without it. Belongs to the thread of the node; has to live until the
/// threads of the lanes have ended.
class operator_services {
public:
  explicit operator_services(const operator_setup& x);

  operator_services(const operator_services&) = delete;
  operator_services& operator=(const operator_services&) = delete;

  /// Looks after the node once a second from now on, and announces it to the
  /// others, with the address where it serves operators (node_reporter).
  void start(std::string internal);

  // Going away, in this order:

  /// Looks after nothing any more, and answers no surveys of other nodes.
  void stop_asking();

  /// Leaves the registry; takes that long at most.
  void sign_off(std::chrono::milliseconds patience);

  /// Ends the inspector.
  void end();

  const std::shared_ptr<class health>& health() const {
    return health_;
  }

  const std::shared_ptr<node_metrics>& metrics() const {
    return metrics_;
  }

  const std::shared_ptr<class cluster>& all_nodes() const {
    return cluster_;
  }

  const inspect_service& inspector() const {
    return inspector_;
  }

private:
  void check_up();

  lane_thread& own_lane_;
  environment_ptr env_;
  std::shared_ptr<class admission_limits> admission_;
  std::shared_ptr<class health> health_;
  std::shared_ptr<node_reporter> reporter_;
  std::shared_ptr<node_registry> registry_;
  std::shared_ptr<cluster> cluster_;
  std::shared_ptr<node_metrics> metrics_;
  inspect_service inspector_;
  std::unique_ptr<ticker> check_up_;
};

} // namespace atrium
