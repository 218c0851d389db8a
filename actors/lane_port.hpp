#pragma once

#include "atrium/actors/lane_interface.hpp"
#include "atrium/actors/util/lane_meter.hpp"
#include "atrium/actors/util/semaphore.hpp"

#include <memory>

namespace atrium {

class bus;
class lane_unit;

/// A lane, the bound of what may wait for it, and what it counts.
struct lane_port {
  lane_actor actor;
  std::shared_ptr<semaphore> queue;
  std::shared_ptr<lane_meter> meter = std::make_shared<lane_meter>();
  lane_unit* unit = nullptr; ///< Of its thread; null: a test without threads.
  std::shared_ptr<class bus> bus
    = nullptr; ///< Calls subscribers on its thread; null: the node's is used.
};

} // namespace atrium
