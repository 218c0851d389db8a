#include "atrium/actors/placement.hpp"

#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/room_types.hpp"
#include "atrium/broker/bus.hpp"

#include <functional>

namespace atrium {

namespace {

placement by_name(const environment& env, const std::string& name,
                  bool on_lane) {
  if (env.lanes.empty() || !on_lane)
    return {};
  return placement{std::hash<std::string>{}(name) % env.lanes.size()};
}

} // namespace

// Where the logic has a home of its own the room itself has none.
placement placement::of_room(const environment& env, const std::string& name) {
  auto elsewhere = env.homes && env.rooms->home_of(name) == home::one;
  return by_name(env, name, elsewhere || env.rooms->run_on_lane(name));
}

placement placement::of_owner(const environment& env, const std::string& name) {
  return by_name(env, name, env.rooms->run_on_lane(name));
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
