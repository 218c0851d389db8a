// What members and the back end say to the logic of a room, and that a room is
// closed.

#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/room/room_state.hpp"
#include "atrium/actors/room_messages.hpp"

namespace atrium {

void room_state::publish_from(publish_in_room& x) {
  if (owned_.is_on())
    return owned_.forward(x);
  publisher_.publish_from(x);
  heed_logic();
}

// After what may have had the logic put an answer off, or give the last one: a
// room that nobody is in stays until then.
void room_state::heed_logic() {
  auto owed = std::exchange(owes_answers_, answers_.size() != 0);
  if (owed && !owes_answers_)
    end_if_unused();
}

// While the bus has not answered the room stays, or its logic could not linger.
void room_state::end_if_unused() {
  if (open_)
    passivate_if_empty();
  else
    self_->delayed_send(self_, env_->limits->bus_timeout, room_deadline{});
}

// The room may have been opened for this: it ends when nobody is in it.
void room_state::post(post_in_room& x) {
  end_.count_join();
  if (owned_.is_on())
    return owned_.forward(x);
  publisher_.post(x);
  heed_logic();
  end_if_unused();
}

// Those who wait would hear nothing. Members hear of it from their lanes.
void room_state::close() {
  fail_all("closed by the back end", errc::room_died);
  self_->quit(caf::exit_reason::user_shutdown);
}

} // namespace atrium
