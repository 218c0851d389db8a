#pragma once

#include "atrium/actors/lane_interface.hpp"
#include "atrium/actors/util/lane_meter.hpp"
#include "atrium/actors/util/semaphore.hpp"

#include <memory>

namespace atrium {

/// A lane, the bound of what may wait for it, and what it counts.
struct lane_port {
  lane_actor actor;
  std::shared_ptr<semaphore> queue;
  std::shared_ptr<lane_meter> meter = std::make_shared<lane_meter>();
};

} // namespace atrium
