// What a back end does to a room.

#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/room/room_state.hpp"
#include "atrium/actors/room_messages.hpp"

namespace atrium {

// The room may have been opened for this: it ends when nobody is in it.
void room_state::post(post_in_room& x) {
  end_.count_join();
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
