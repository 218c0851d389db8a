#include "atrium/broker/redis/redis_client.hpp"

#include <utility>

namespace atrium {

// A master that was demoted takes PUBLISH as if nothing had happened, and the
// other link is whole and hears of nothing: both have to leave it.
redis_client::redis_client(boost::asio::io_context& io,
                           redis_client_config config, turn* turns)
  : io_(io),
    turns_(turns),
    log_(config.log),
    pipeline_(
      config.log,
      [this](std::string_view why, auto* where) {
        where == nullptr ? subscriptions_.drop(why)
                         : subscriptions_.drop_if_at(*where, why);
      },
      [this] { commands_.settled(); }),
    commands_(io, config, config.link_prefix + "cmd"),
    subscriptions_(io, config, config.link_prefix + "sub",
                   redis_life::purpose::subscriptions) {
  // nop
}

redis_client_state redis_client::state() const {
  auto& cmd = commands_.status();
  auto& sub = subscriptions_.status();
  redis_client_state result;
  result.commands = cmd.is_up();
  result.subscriptions = sub.is_up();
  result.takes_writes = cmd.takes_writes();
  result.reconnects = cmd.losses() + sub.losses();
  for (auto& [name, what] :
       {std::pair{"cmd", cmd.trouble()}, std::pair{"sub", sub.trouble()}})
    if (!what.empty())
      result.trouble
        += (result.trouble.empty() ? "" : "; ") + (name + (": " + what));
  return result;
}

void redis_client::stop() {
  commands_.stop();
  subscriptions_.stop();
}

void redis_client::add(redis_caller& who, const redis_caller::profile& what) {
  pipeline_.add(who, what);
  // The link may be up and idle: nothing else would load the script.
  wake();
}

} // namespace atrium
