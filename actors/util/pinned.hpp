#pragma once

#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

namespace atrium {

/// Runs an actor on one execution unit, that is: on one I/O thread, instead of
/// on CAF's scheduler, the way CAF runs its own brokers. `Base` is the `base`
/// of a typed actor. Without a unit it is an ordinary actor, which is how tests
/// run it. The unit must outlive the actor.
template <class Base>
class pinned : public Base {
public:
  pinned(caf::actor_config& config, caf::execution_unit* unit)
    : Base(config), unit_(unit) {
    if (unit_ != nullptr)
      this->context(unit_);
  }

  using Base::enqueue;

  void enqueue(caf::mailbox_element_ptr what,
               caf::execution_unit* from) override {
    Base::enqueue(std::move(what), unit_ != nullptr ? unit_ : from);
  }

  void launch(caf::execution_unit* from, bool lazy, bool hide) override {
    Base::launch(unit_ != nullptr ? unit_ : from, lazy, hide);
  }

  caf::resumable::subtype_t subtype() const override {
    return unit_ != nullptr ? caf::resumable::io_actor : Base::subtype();
  }

private:
  caf::execution_unit* unit_;
};

} // namespace atrium
