#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/delivery/lane_fan_out.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/util/observed.hpp"

#include <caf/stateful_actor.hpp>

namespace atrium {

/// The state of the broadcaster: passes what comes on the all-channel to all
/// lanes, under the same bound as rooms do.
class broadcaster_state {
public:
  static inline constexpr auto name = "everyone";

  explicit broadcaster_state(broadcaster_actor::pointer self) : self_(self) {
    // nop
  }

  void start(environment_ptr env);

  void deliver(const arrived& x);

  void tell_gap(const interrupted& x);

  /// The actors that it has for itself.
  children parts() const;

  friend caf::error inspect(json_inspector& f, broadcaster_state& x);

private:
  broadcaster_actor::pointer self_;
  environment_ptr env_;
  std::optional<lane_fan_out> lanes_;
  subscription_actor subscription_;
  std::uint64_t delivered_ = 0;
  std::uint64_t gaps_ = 0;
};

/// Spawnable class: `spawn<broadcaster>(env)`; one per node, for its whole
/// life. Ends when it is told to exit.
class broadcaster
  : public caf::stateful_actor<broadcaster_state,
                               observed<broadcaster_actor::base>> {
public:
  broadcaster(caf::actor_config& config, environment_ptr env);

  behavior_type make_behavior() override;
};

} // namespace atrium
