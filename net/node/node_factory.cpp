#include "atrium/net/node/node_factory.hpp"

#include "atrium/actors/connection_control.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/room_types.hpp"
#include "atrium/actors/util/user_counters.hpp"
#include "atrium/broker/event_sink.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/memory/memory_bus.hpp"
#include "atrium/broker/memory/memory_connection_limiter.hpp"
#include "atrium/broker/memory/memory_event_sink.hpp"
#include "atrium/broker/memory/memory_inbox.hpp"
#include "atrium/broker/memory/memory_node_registry.hpp"
#include "atrium/broker/memory/memory_presence.hpp"
#include "atrium/broker/memory/memory_room_owners.hpp"
#include "atrium/broker/redis/redis_bus.hpp"
#include "atrium/broker/redis/redis_connection_limiter.hpp"
#include "atrium/broker/redis/redis_event_sink.hpp"
#include "atrium/broker/redis/redis_inbox.hpp"
#include "atrium/broker/redis/redis_lease.hpp"
#include "atrium/broker/redis/redis_node_registry.hpp"
#include "atrium/broker/redis/redis_presence.hpp"
#include "atrium/broker/redis/redis_room_owners.hpp"
#include "atrium/broker/redis/redis_thread.hpp"
#include "atrium/broker/tcp/tls_trust.hpp"
#include "atrium/broker/util/random_id.hpp"
#include "atrium/net/events/webhook.hpp"
#include "atrium/net/lane/lane_thread.hpp"
#include "atrium/net/node/node_settings.hpp"

#include <boost/asio/ip/host_name.hpp>

#include <algorithm>
#include <fmt/core.h>

namespace atrium {

namespace {

// Much more than NTP leaves; a gap is told that much longer.
constexpr std::chrono::seconds clock_skew{2};

// The bounds are for all of them.
redis_bus_config bus_config(const options& from, std::size_t buses) {
  redis_bus_config config;
  config.max_pending = std::max<std::size_t>(1, from.bus.pending / buses);
  config.max_pending_bytes = from.bus.pending_bytes / buses;
  config.publish_timeout = from.limits.bus_timeout;
  config.clock_skew = clock_skew;
  return config;
}

bus_part make_redis_bus(const options& from, redis_client& client,
                        std::size_t buses) {
  auto made = std::make_shared<redis_bus>(client, bus_config(from, buses));
  return {made, [known = std::weak_ptr{made}, buses](const options& next) {
            auto config = bus_config(next, buses);
            if (auto bus = known.lock())
              bus->resize(config.max_pending, config.max_pending_bytes);
          }};
}

} // namespace

std::string make_node_id() {
  boost::system::error_code ignored;
  auto host = boost::asio::ip::host_name(ignored);
  return (host.empty() ? std::string{"node"} : host) + '-' + make_random_id(6);
}

std::unique_ptr<redis_thread> make_redis(const options& from,
                                         const std::string& node_id,
                                         std::string& error) {
  auto addresses = redis_addresses(from.bus);
  if (addresses.empty())
    return nullptr;
  redis_client_config config;
  config.access = std::make_shared<current_access>();
  if (auto read
      = load_redis_access(from.bus.redis_access, needs_tls(from.bus), error))
    config.access->replace(std::move(*read));
  config.address = addresses.front();
  config.others.assign(addresses.begin() + 1, addresses.end());
  config.client_name = "atrium-" + node_id;
  config.write_key = channel_names{from.bus.name_space}.nodes() + ":probe";
  config.log = log::write;
  return std::make_unique<redis_thread>(std::move(config));
}

std::size_t bus_count(const options& from, std::size_t lanes) {
  return lanes + 1 + (from.internal_address() ? 1 : 0);
}

bus_part make_bus(const options& from, redis_thread* redis, std::size_t buses) {
  if (redis != nullptr)
    return make_redis_bus(from, redis->client(), buses);
  auto made = std::make_shared<memory_bus>(from.history.bytes);
  return {made, [known = std::weak_ptr{made}](const options& next) {
            if (auto bus = known.lock())
              bus->resize(next.history.bytes);
          }};
}

bus_part make_lane_bus(const options& from, const redis_thread* redis,
                       lane_thread& lane, const std::string& name,
                       std::size_t buses) {
  if (redis == nullptr)
    return {};
  auto config = redis->config();
  config.link_prefix = name + '-';
  return make_redis_bus(from, lane.connect(config), buses);
}

std::shared_ptr<redis_lease>
make_lease(const options& from, const environment& env, redis_thread* redis) {
  if (redis == nullptr)
    return nullptr;
  lease_timing timing;
  timing.lease = from.bus.lease;
  timing.grace = from.presence.grace;
  // Then its places are free by themselves.
  timing.told = from.limits.user_lease;
  return std::make_shared<redis_lease>(
    redis->client(), redis_lease_config{env.names, env.run_id, timing});
}

std::shared_ptr<connection_limiter>
make_limiter(const options& from, const environment& env, redis_client* redis,
             std::shared_ptr<const redis_lease> lease) {
  if (from.limits.connections_per_user == 0)
    return nullptr;
  limiter_config rules{
    env.run_id, from.limits.connections_per_user, from.limits.user_policy,
    // The environment owns the limiter, which owns this.
    [known = env.weak_from_this()](const std::string& id) {
      if (auto node = known.lock()) {
        ++node->user_counts->users_evicted;
        node->control->disconnect(id, close_code::too_many_connections);
      }
    }};
  if (redis == nullptr)
    return std::make_shared<memory_connection_limiter>(std::move(rules));
  limiter_timing timing;
  timing.lease = from.limits.user_lease;
  // A Redis that hangs must not use up the time in which a client is to get its
  // welcome: there has to be some left to decide without Redis.
  timing.patience = std::min(timing.patience, from.limits.bus_timeout / 2);
  return std::make_shared<redis_connection_limiter>(
    *redis, redis_connection_limiter_config{
              env.names, std::move(rules), timing,
              [lease = std::move(lease)] { return lease->dead_runs(); }});
}

std::shared_ptr<presence> make_presence(const options& from,
                                        const environment& env,
                                        redis_thread* redis, redis_lease* lease,
                                        boost::asio::io_context& io) {
  if (from.presence.rules.empty())
    return nullptr;
  if (redis == nullptr)
    return std::make_shared<memory_presence>(env.bus, io, from.presence.grace);
  return std::make_shared<redis_presence>(
    redis->client(), *lease,
    redis_presence_config{env.names, from.presence.grace,
                          from.limits.bus_timeout});
}

std::shared_ptr<room_homes> make_room_homes(const options& from,
                                            const environment& env,
                                            redis_thread* redis) {
  // Of a node alone: states of rooms that nobody is in give way to others.
  constexpr std::size_t max_bytes = std::size_t{256} << 20;
  if (!env.rooms->has_any(home::one))
    return nullptr;
  std::shared_ptr<room_owners> owners;
  if (redis == nullptr)
    owners
      = std::make_shared<memory_room_owners>(env.bus, env.names, max_bytes);
  else
    owners = std::make_shared<redis_room_owners>(
      redis->client(), redis_room_owners_config{env.names, from.bus.lease,
                                                from.limits.bus_timeout});
  return std::make_shared<room_homes>(std::move(owners));
}

std::shared_ptr<inbox> make_inbox(const options& from, const environment& env,
                                  redis_thread* redis,
                                  boost::asio::io_context& io) {
  auto rule = inbox_rule_of(from);
  std::shared_ptr<inbox> result;
  if (rule.most == 0)
    return result;
  if (redis == nullptr)
    result = std::make_shared<memory_inbox>(env.bus, io, env.names, rule);
  else
    result = std::make_shared<redis_inbox>(
      redis->client(),
      redis_inbox_config{env.names, rule, from.limits.bus_timeout,
                         std::chrono::milliseconds{from.bus.lease} / 3});
  // The environment owns the inbox, which owns this.
  result->on_dead_letter([known = env.weak_from_this()](const dead_letter& x) {
    auto node = known.lock();
    if (node && node->sink)
      node->sink->report({.what = backend_event::kind::dead_letter,
                          .time = x.time,
                          .user = x.user,
                          .id = x.message});
  });
  return result;
}

std::shared_ptr<event_sink> make_event_sink(const options& from,
                                            const environment& env,
                                            const event_sink_parts& of,
                                            std::string& error) {
  using kind = event_target::kind;
  auto target = read_event_target(from.events.to).value();
  if (target.to == kind::none)
    return nullptr;
  redis_event_sink_config config;
  config.queue = {env.names, env.run_id, env.node_id, {}};
  config.max_bytes = from.events.max_bytes;
  if (target.to == kind::redis_stream) {
    config.queue.stream_length = target.stream_length;
  } else {
    webhook_setup setup{target.url, {}, of.secret, env.node_id, env.run_id};
    if (target.is_secure)
      setup.trust = load_tls_trust({}, error);
    if (!error.empty())
      return nullptr;
    config.to = std::make_shared<webhook>(of.io, std::move(setup));
  }
  if (of.redis == nullptr)
    return std::make_shared<memory_event_sink>(of.io, std::move(config.to),
                                               env.node_id, config.max_bytes);
  return std::make_shared<redis_event_sink>(of.redis->client(), *of.lease,
                                            std::move(config));
}

std::shared_ptr<node_registry>
make_node_registry(const options& from, const environment& env,
                   redis_thread* redis, std::function<node_info()> report) {
  if (redis == nullptr)
    return std::make_shared<memory_node_registry>(std::move(report));
  node_registry_timing timing;
  timing.lease = from.bus.lease;
  timing.interval = timing.lease / 3;
  return std::make_shared<redis_node_registry>(
    redis->client(),
    redis_node_registry_config{env.names, timing, std::move(report)});
}

} // namespace atrium
