#pragma once

#include "atrium/actors/cluster/cluster_setup.hpp"
#include "atrium/actors/cluster/control_channel.hpp"
#include "atrium/actors/cluster/survey_result.hpp"
#include "atrium/actors/cluster_interface.hpp"
#include "atrium/actors/util/semaphore.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace atrium {

class lane_unit;

/// All nodes, as one of them sees them: lists them, asks them over the bus, and
/// answers and obeys the others. Every member function but `stop` may be called
/// from any thread and returns without blocking.
///
/// This node answers its own surveys whether or not the bus works. A survey
/// travels at most once: who is asked to do something may have done it even if
/// its answer is missing.
class cluster {
public:
  /// Listens to the others from now on. Runs on `unit`, or on CAF's scheduler
  /// if that is null.
  cluster(caf::actor_system& system, lane_unit* unit, cluster_setup setup);

  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  ~cluster();

  /// Lists all nodes. Calls `done` exactly once, within 2 seconds, from any
  /// thread, possibly before it returns.
  void list(std::function<void(node_listing)> done) const;

  /// Asks all nodes. Calls `done` exactly once, from any thread, possibly
  /// before it returns: when everybody has answered, but for those who are
  /// known to be silent, or when the patience is over. Too many surveys at
  /// once get the error "busy", too long ones "too_large".
  void survey_all(survey what, std::function<void(survey_result)> done) const;

  /// The same with one node, by its run: done at once if the registry knows
  /// that no such node is there.
  void survey_one(std::string run, survey what,
                  std::function<void(survey_result)> done) const;

  /// Lets `by` answer from now on.
  void answer_with(survey_responder by) const;

  /// Answers and obeys nobody any more, soon; who still waits gets an error.
  /// What answers may still be called until the cluster's actor has ended. Not
  /// from a callback of the cluster.
  void stop();

private:
  environment_ptr env_;
  std::shared_ptr<node_registry> registry_;
  std::shared_ptr<semaphore> places_; // of our surveys
  placement at_;
  cluster_actor actor_;
  std::optional<control_channel> channel_;
};

} // namespace atrium
