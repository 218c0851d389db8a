// What a back end does to a connection, and what of it cannot be done.

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/session/connection_state.hpp"
#include "atrium/actors/util/user_counters.hpp"
#include "atrium/broker/log/log.hpp"

namespace atrium {

void connection_state::obey(const command_connection& x) {
  using act = user_command;
  if (auto* end = std::get_if<act::close>(&x.what))
    return setup_.out->close(end->code, end->reason, {});
  if (auto* until = std::get_if<act::renew>(&x.what))
    return renew(*until);
  auto* join = std::get_if<act::join>(&x.what);
  client_request wish;
  if (join != nullptr)
    wish = join_request{{}, join->room, std::nullopt, true};
  else
    wish = leave_request{{}, std::get<act::leave>(x.what).room, true};
  // Nothing comes before the welcome.
  if (open_)
    take(wish);
  else if (join != nullptr)
    refuse_command(join->room, errc::not_a_member);
}

void connection_state::renew(const user_command::renew& x) {
  if (x.expired)
    return setup_.out->close(close_code::token_expired, "the token has expired",
                             {});
  setup_.who.expires = x.expires;
  setup_.out->last_until(x.expires);
  // Or the client would renew its token at the time that it knows.
  if (open_)
    setup_.out->push(refreshed{{}, x.expires});
}

void connection_state::refuse_command(const std::string& room, errc code) {
  ++setup_.env->user_counts->commands_refused;
  log::debug("command_refused",
             {{"connection", id_}, {"room", room}, {"code", to_string(code)}},
             "connection does not join a room as the back end wants");
}

} // namespace atrium
