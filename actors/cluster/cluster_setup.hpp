#pragma once

#include "atrium/actors/cluster/control_packet.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/placement.hpp"
#include "atrium/broker/node_registry.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace atrium {

/// Responds to a survey by one JSON value, or nothing at all if there is
/// nothing of that name: calls `done` exactly once, from any thread, but does
/// not wait for it.
using survey_responder
  = std::function<void(survey what, std::function<void(std::string)> done)>;

/// What a `cluster` is made from.
struct cluster_setup {
  /// Of surveys of this node so many may be under way, and as many of others.
  static constexpr std::size_t max_surveys = 64;

  static constexpr std::chrono::milliseconds usual_patience{1'000};

  environment_ptr env;
  std::shared_ptr<node_registry> registry;

  /// What this node says to the survey "facts", which needs no name. To
  /// "channels" the directory answers (`channel_list`).
  std::function<std::string()> status_text;

  /// Responds to all others; may come later, by `answer_with`.
  survey_responder answer;

  /// How long the others have to answer.
  std::chrono::milliseconds patience = usual_patience;

  /// Knows users and rooms, and does what nodes command about them; null: on
  /// this node there are none.
  directory_actor directory = {};

  /// Where the cluster's actor lives, if that has a bus of its own.
  placement at = {};
};

} // namespace atrium
