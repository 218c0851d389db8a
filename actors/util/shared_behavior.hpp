#pragma once

#include <caf/local_actor.hpp>

#include <cassert>
#include <utility>

namespace atrium {

// A behaviour of CAF is a block of memory with a closure for each handler. Of
// an actor class with tens of thousands of instances all have the same one, so
// that they hold only a pointer instead of half a kilobyte. The handlers of a
// shared behaviour capture nothing; they find their actor by `handling`.

/// Says, as long as it lives, which actor handles a message on this thread.
class handling_scope {
public:
  explicit handling_scope(caf::local_actor& who)
    : outer_(std::exchange(innermost, &who)) {
    // nop
  }

  handling_scope(const handling_scope&) = delete;
  handling_scope& operator=(const handling_scope&) = delete;

  /// One handler may run inside of another one.
  ~handling_scope() {
    innermost = outer_;
  }

  /// Null while no message is handled.
  static caf::local_actor* current() {
    return innermost;
  }

private:
  static inline thread_local caf::local_actor* innermost = nullptr;

  caf::local_actor* outer_;
};

/// Returns the actor that handles a message on this thread. `Actor` is its
/// class, which has to be `observed`; to be called by handlers of its behaviour
/// only.
template <class Actor>
Actor& handling() {
  auto* who = handling_scope::current();
  assert(dynamic_cast<Actor*>(who) != nullptr);
  return static_cast<Actor&>(*who);
}

} // namespace atrium
