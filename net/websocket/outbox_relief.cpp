#include "atrium/net/websocket/outbox_relief.hpp"

#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/protocol/overflow.hpp"
#include "atrium/net/websocket/framing.hpp"

namespace atrium {

void outbox_relief::drop_older(const frame& x) {
  auto replaced = out_.drop_room(x.topic());
  node_.outbox_replaced += replaced;
  lane_.overflows[x.policy()].add(replaced > 0 ? 1 : 0);
}

// What waits is offered to the socket before the client counts as slow.
bool outbox_relief::relieve() {
  if (!out_.is_full_after_write())
    return true;
  auto dropped = out_.drop_oldest();
  node_.outbox_drops += dropped.size();
  lane_.overflows[outbox_policy::drop_oldest].add(dropped.empty() ? 0 : 1);
  // Gaps may be dropped, too, when it comes to that.
  for (auto& [topic, missed] : gaps_left_by(dropped)) {
    // Comes behind newer messages, so only its times say what is missing.
    gap told{scope::room, missed.room, missed.from, missed.to};
    out_.append(frame{text_frame(codec_.text_of(reply{told})), missed}.of_room(
      topic, outbox_policy::drop_oldest));
  }
  // What waits now may not be dropped: the time runs.
  return !out_.is_overdue();
}

} // namespace atrium
