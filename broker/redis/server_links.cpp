#include "atrium/broker/redis/server_links.hpp"

#include "atrium/broker/redis/host_locator.hpp"
#include "atrium/broker/redis/master_locator.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace atrium {

namespace {

std::unique_ptr<sentinel_watch> watch(boost::asio::io_context& io,
                                      const redis_client_config& config,
                                      sentinel_watch::handler on_moved,
                                      std::function<bool()> serves) {
  if (config.address.kind != redis_kind::sentinel)
    return nullptr;
  return std::make_unique<sentinel_watch>(io, config, std::move(on_moved),
                                          std::move(serves));
}

} // namespace

server_links::server_links(boost::asio::io_context& io,
                           const redis_client_config& config)
  : sentinels_(watch(
    io, config,
    [this](std::string_view why) {
      commands_.drop(why);
      subscriptions_.drop(why);
    },
    [this] { return commands_.status().is_up(); })),
    commands_(io, config, config.link_prefix + "cmd", link_purpose::commands,
              locate(io, config)),
    subscriptions_(io, config, config.link_prefix + "sub",
                   link_purpose::subscriptions, locate(io, config)) {
  // nop
}

redis_client_state server_links::state() const {
  auto& cmd = commands_.status();
  auto& sub = subscriptions_.status();
  redis_client_state result;
  result.commands = cmd.is_up();
  result.subscriptions = sub.is_up();
  result.is_whole = result.commands && result.subscriptions;
  result.takes_writes = cmd.takes_writes();
  result.reconnects = cmd.losses() + sub.losses();
  for (auto& [name, what] :
       {std::pair{"cmd", cmd.trouble()}, std::pair{"sub", sub.trouble()}})
    if (!what.empty())
      result.trouble
        += (result.trouble.empty() ? "" : "; ") + (name + (": " + what));
  return result;
}

void server_links::start() {
  if (sentinels_)
    sentinels_->start();
}

void server_links::stop() {
  if (sentinels_)
    sentinels_->stop();
  commands_.stop();
  subscriptions_.stop();
}

std::unique_ptr<redis_locator>
server_links::locate(boost::asio::io_context& io,
                     const redis_client_config& config) {
  if (sentinels_)
    return std::make_unique<master_locator>(io, *sentinels_, config.resolve);
  auto& at = config.address;
  if (at.is_unix())
    return std::make_unique<path_locator>(io, at.path);
  return std::make_unique<host_locator>(io, at.hosts, config.resolve);
}

} // namespace atrium
