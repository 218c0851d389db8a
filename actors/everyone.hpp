#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/lane_senders.hpp"

#include <caf/stateful_actor.hpp>

namespace atrium {

/// The state of the everyone actor: passes what comes on the all-channel to all
/// lanes, under the same bound as rooms do.
class everyone_core {
public:
  static inline constexpr auto name = "everyone";

  explicit everyone_core(everyone_actor::pointer self) : self_(self) {
    // nop
  }

  void start(environment_ptr env);

  void deliver(const arrived& x);

  void tell_gap(const interrupted& x);

private:
  everyone_actor::pointer self_;
  environment_ptr env_;
  std::optional<lane_senders> lanes_;
  subscription_actor subscription_;
};

/// Spawnable: one per node, for its whole life. Ends when it is told to exit.
everyone_actor::behavior_type
everyone(everyone_actor::stateful_pointer<everyone_core> self,
         environment_ptr env);

} // namespace atrium
