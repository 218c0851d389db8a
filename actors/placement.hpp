#pragma once

#include "atrium/actors/environment.hpp"

#include <cstddef>
#include <limits>
#include <string>

namespace atrium {

class bus;
class lane_unit;

/// Where an actor lives for its whole life: on a lane, whose thread is also
/// that of the bus it uses, or on CAF's scheduler, with the node's bus. Who
/// serves operators has a thread of its own, without actors.
class placement {
public:
  /// On the scheduler.
  placement() = default;

  /// On a lane.
  explicit placement(std::size_t lane) : lane_(lane) {
    // nop
  }

  /// On a thread that has a bus of its own and no actors; `own` outlives this.
  explicit placement(bus& own) : own_(&own) {
    // nop
  }

  /// Returns the placement of a room. It depends on the name alone: a room that
  /// stops and comes back uses the same links to the bus, so its messages keep
  /// their order. Rooms with logic that may block live on the scheduler.
  static placement of_room(const environment& env, const std::string& name);

  /// Returns the placement of the owner of a room with `home::one`, by the
  /// same rule.
  static placement of_owner(const environment& env, const std::string& name);

  /// Returns the thread for `pinned` actors; null: CAF's scheduler.
  lane_unit* unit(const environment& env) const;

  /// Returns the bus for an actor that lives here.
  bus& bus_of(const environment& env) const;

private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  std::size_t lane_ = none;
  bus* own_ = nullptr;
};

} // namespace atrium
