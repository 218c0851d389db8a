#include "atrium/broker/redis/server_client.hpp"

#include "atrium/broker/redis/redis_listener.hpp"

#include <utility>

namespace atrium {

// A master that was demoted takes PUBLISH as if nothing had happened, and the
// other link is whole and hears of nothing: both have to leave it.
server_client::server_client(boost::asio::io_context& io,
                             const redis_client_config& config, turn* turns)
  : redis_client(io, config.log, turns),
    pipeline_(
      config.log,
      [this](std::string_view why, auto* where) {
        auto& other = links_.subscriptions();
        where == nullptr ? other.drop(why) : other.drop_if_at(*where, why);
      },
      [this] { links_.commands().settled(); }),
    links_(io, config) {
  // nop
}

void server_client::start() {
  links_.start();
  links_.commands().start(pipeline_);
}

void server_client::add(redis_caller& who, const redis_caller::profile& what) {
  pipeline_.add(who, what);
  // The link may be up and idle: nothing else would load the script.
  wake();
}

std::unique_ptr<channel_listener> server_client::listen(gap_clock clock) {
  return std::make_unique<redis_listener>(io(), log(), links_.subscriptions(),
                                          std::move(clock));
}

} // namespace atrium
