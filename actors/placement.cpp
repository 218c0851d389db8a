#include "atrium/actors/placement.hpp"

#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/room_types.hpp"
#include "atrium/broker/bus.hpp"

#include <functional>

namespace atrium {

placement placement::of_room(const environment& env, const std::string& name) {
  if (env.lanes.empty() || !env.rooms->run_on_lane(name))
    return {};
  return placement{std::hash<std::string>{}(name) % env.lanes.size()};
}

lane_unit* placement::unit(const environment& env) const {
  return lane_ != none ? env.lanes[lane_].unit : nullptr;
}

bus& placement::bus_of(const environment& env) const {
  if (own_ != nullptr)
    return *own_;
  // Without Redis, and in most tests, lanes have no bus of their own.
  auto own = lane_ != none ? env.lanes[lane_].bus.get() : nullptr;
  return own != nullptr ? *own : *env.bus;
}

} // namespace atrium
