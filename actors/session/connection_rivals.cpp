// A connection whose user has as many as they may: it finds out which of the
// others are still used before it gives up, or before one of them has to go.

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/probe_messages.hpp"
#include "atrium/actors/session/connection_state.hpp"
#include "atrium/actors/user_messages.hpp"

#include <utility>

namespace atrium {

void connection_state::turn_away(const turned_away& x) {
  if (x.by_bus)
    return setup_.out->close(close_code::try_again_later,
                             "the bus refuses the user's channel", {});
  if (x.rivals.empty()) // they may become fewer where nobody could be asked
    return setup_.out->close(
      close_code::too_many_connections, "the user has too many connections",
      rivals_.some_unheard() ? setup_.env->limits->user_lease
                             : std::chrono::milliseconds{0});
  waits_for_ = x.user;
  rivals_.ask(*setup_.env, x.rivals, self_->id());
  // A node that answers for a silent client does so after `probe_timeout`: the
  // rest is for its answer's way.
  auto patience = setup_.env->limits->probe_timeout * 5 / 4;
  self_->delayed_send(self_, patience, rivals_overdue{});
}

void connection_state::hear_of(const rival_found& x) {
  if (rivals_.take(x))
    insist_on_lease();
}

void connection_state::insist_on_lease() {
  // Once: a silent rival, the last answer and the timer may all come here.
  if (auto user = std::exchange(waits_for_, nullptr))
    self_->send(user, insist{self_->id(), rivals_.silent()});
}

} // namespace atrium
