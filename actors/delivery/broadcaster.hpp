#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/delivery/lane_fan_out.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/util/observed.hpp"

#include <caf/stateful_actor.hpp>

#include <memory>
#include <optional>

namespace atrium {

/// Until when all broadcasts have gone to the lanes; nothing: there was no
/// broadcaster yet. Handed down from a broadcaster that has died to the next,
/// so one actor at a time uses it.
using broadcast_mark = std::shared_ptr<std::optional<unix_time>>;

/// The state of the broadcaster: passes what comes on the all-channel to all
/// lanes, under the same bound as rooms do.
class broadcaster_state {
public:
  static inline constexpr auto name = "everyone";

  explicit broadcaster_state(broadcaster_actor::pointer self) : self_(self) {
    // nop
  }

  void start(environment_ptr env, broadcast_mark passed_on);

  /// The bus delivers: tells of what was lost when the broadcaster before this
  /// one died.
  void open();

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
  broadcast_mark passed_on_;
  std::optional<unix_time> lost_since_; // by the one before; not told yet
  std::uint64_t delivered_ = 0;
  std::uint64_t gaps_ = 0;
};

/// Spawnable class: `spawn<broadcaster>(env, passed_on)`; one per node, for its
/// whole life. Ends when it is told to exit.
class broadcaster
  : public caf::stateful_actor<broadcaster_state,
                               observed<broadcaster_actor::base>> {
public:
  broadcaster(caf::actor_config& config, environment_ptr env,
              broadcast_mark passed_on);

  behavior_type make_behavior() override;
};

} // namespace atrium
