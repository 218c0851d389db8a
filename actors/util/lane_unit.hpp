#pragma once

#include "atrium/broker/util/turn.hpp"

#include <caf/execution_unit.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/scheduled_actor.hpp>

#include <cstdint>

namespace atrium {

/// An execution unit that is one thread, for actors that are pinned to it
/// (`pinned`).
class lane_unit : public caf::execution_unit, public turn {
public:
  using caf::execution_unit::execution_unit;

  /// Has `to` handle `what` soon, never at once, behind what was handed over
  /// before: without the mailbox, whose locks and queues are for many threads.
  /// Counts it in `waiting` until then. On this thread only.
  virtual void hand_over(caf::scheduled_actor& to, std::uint32_t& waiting,
                         caf::mailbox_element_ptr what)
    = 0;
};

} // namespace atrium
