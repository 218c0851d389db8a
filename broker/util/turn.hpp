#pragma once

#include <boost/intrusive/list.hpp>

namespace atrium {

/// Work that is put off until a turn ends, so that it is done once for all that
/// the turn has gathered. Leaves the list when it dies.
class turn_end_task
  : public boost::intrusive::list_base_hook<
      boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  virtual ~turn_end_task() = default;

  /// The turn ends. May ask for the end of the next one.
  virtual void on_turn_end() = 0;
};

/// The thread of an event loop, as those see it who gather work on it. A turn
/// is everything that was ready at once, and what follows from it on the thread
/// up to a bound: the handlers of sockets, then the actors, then what was put
/// off to the end, such as writes.
class turn {
public:
  virtual ~turn() = default;

  /// Whether the caller is on this thread.
  bool is_this_thread() const noexcept {
    return running == this;
  }

  /// Calls `x` once when the turn ends; asking again before that does nothing.
  /// On this thread only.
  virtual void at_end(turn_end_task& x) = 0;

protected:
  /// To be called on the thread before anything else.
  void enter_thread() noexcept {
    running = this;
  }

private:
  static inline thread_local const turn* running = nullptr;
};

} // namespace atrium
