#pragma once

#include "atrium/actors/util/lane_unit.hpp"

#include <caf/resumable.hpp>

#include <cstddef>
#include <cstdint>

namespace atrium {

/// Runs an actor on one I/O thread instead of on CAF's scheduler, the way CAF
/// runs its own brokers. `Base` is the `base` of a typed actor. Without a unit
/// it is an ordinary actor, which is how most tests run it. The unit must
/// outlive the actor.
///
/// What comes from the thread itself is handed over without the mailbox, as
/// long as nothing is in there: whatever comes into an empty one has its turn
/// behind what was handed over, and then the mailbox is the way for all. So
/// messages arrive in the order in which they were sent, also those of
/// different senders of which one has caused the other. Priorities count for
/// nothing.
template <class Base>
class pinned : public Base {
public:
  pinned(caf::actor_config& config, lane_unit* unit)
    : Base(config), unit_(unit) {
    if (unit_ != nullptr)
      this->context(unit_);
  }

  using Base::enqueue;

  void enqueue(caf::mailbox_element_ptr what,
               caf::execution_unit* from) override {
    if (unit_ == nullptr)
      return Base::enqueue(std::move(what), from);
    // Blocked: empty, and no job of the actor is under way. A closed mailbox
    // bounces requests, which is for CAF to do.
    if (unit_->is_this_thread() && this->mailbox().blocked())
      return unit_->hand_over(*this, handed_over_, std::move(what));
    Base::enqueue(std::move(what), unit_);
  }

  void launch(caf::execution_unit* from, bool lazy, bool hide) override {
    Base::launch(unit_ != nullptr ? unit_ : from, lazy, hide);
  }

  caf::resumable::subtype_t subtype() const override {
    return unit_ != nullptr ? caf::resumable::io_actor : Base::subtype();
  }

  /// Returns how many messages wait for it. On its thread only.
  std::size_t waiting() {
    return this->mailbox().size() + handed_over_;
  }

private:
  lane_unit* unit_;
  std::uint32_t handed_over_ = 0; // and not handled yet
};

} // namespace atrium
