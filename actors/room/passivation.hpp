#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/room/logic_runner.hpp"

#include <optional>

namespace atrium {

/// The end of a room that nobody is in: after the time for which its logic
/// wants to linger it offers to end, and the directory decides. For the room's
/// actor, which says when the room is empty.
class passivation {
public:
  explicit passivation(logic_runner& logic) : logic_(logic) {
    // nop
  }

  void start(room_actor::pointer self, environment_ptr env,
             directory_actor directory);

  /// A join has come, also one that will be refused, or a message of the back
  /// end: the directory counts what it passes on.
  void count_join() {
    ++received_joins_;
  }

  /// Somebody is in.
  void occupy() {
    empty_since_.reset();
  }

  /// Nobody is in, and nobody waits to come in. A room that has never been
  /// `open` does not linger, so that the next one can try anew.
  void begin(bool open);

  /// The timer has come. Whether the room `is_empty` by now, its owner knows.
  void lingered(bool is_empty);

private:
  void offer();

  logic_runner& logic_;
  room_actor::pointer self_ = nullptr;
  environment_ptr env_;
  directory_actor directory_;
  bool lingering_ = false;               // a timer is under way
  std::optional<unix_time> empty_since_; // nothing while there are members
  std::size_t received_joins_ = 0;
};

} // namespace atrium
