#pragma once

#include "atrium/actors/cluster/control_channel.hpp"
#include "atrium/actors/cluster_interface.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/node_registry.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// What the nodes say to a survey.
struct survey_result {
  struct row {
    std::string node;
    std::string run;
    std::string json; ///< Empty: it knows nothing of that name.
  };

  std::vector<row> answers; ///< By name of node.

  /// Names of nodes that should have answered: they have not in time, or have
  /// been silent before.
  std::vector<std::string> silent;

  std::string error; ///< Why there may be more; empty: that is all.
};

/// Answers a survey by one JSON value, or nothing at all if there is nothing
/// of that name: calls `done` exactly once, from any thread, but does not wait
/// for it.
using survey_responder
  = std::function<void(survey what, std::function<void(std::string)> done)>;

/// What a `cluster` is made from.
struct cluster_setup {
  environment_ptr env;
  std::shared_ptr<node_registry> registry;

  /// What this node says to the survey "facts", which needs no name.
  std::function<std::string()> facts;

  /// Answers all other surveys; may come later, by `answer_with`.
  survey_responder answer;

  /// How long the others have to answer.
  std::chrono::milliseconds patience{1'000};
};

/// All nodes, as one of them sees them: lists them, asks them over the bus, and
/// answers and obeys the others. Every member function but `stop` may be called
/// from any thread and returns without blocking.
///
/// This node answers its own surveys whether or not the bus works. A survey
/// travels at most once: who is asked to do something may have done it even if
/// its answer is missing.
class cluster {
public:
  /// Of surveys of this node so many may be under way, and as many of others.
  static constexpr std::size_t max_surveys = 64;

  /// Listens to the others from now on. Runs on `unit`, or on CAF's scheduler
  /// if that is null.
  cluster(caf::actor_system& system, caf::execution_unit* unit,
          cluster_setup setup);

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
  cluster_actor actor_;
  std::optional<control_channel> channel_;
};

} // namespace atrium
