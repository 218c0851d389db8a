#include "atrium/net/node.hpp"

#include "atrium/actors/directory.hpp"
#include "atrium/broker/log.hpp"
#include "atrium/broker/memory_bus.hpp"
#include "atrium/broker/random_id.hpp"
#include "atrium/broker/redis_bus.hpp"

#include <boost/asio/ip/host_name.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <thread>

namespace atrium {

namespace {

using steady = std::chrono::steady_clock;

std::string make_node_id() {
  boost::system::error_code ignored;
  auto host = boost::asio::ip::host_name(ignored);
  return (host.empty() ? std::string{"node"} : host) + '-' + make_random_id(6);
}

std::size_t lane_count(const options& from) {
  if (from.lanes != 0)
    return from.lanes;
  return std::max(1U, std::thread::hardware_concurrency());
}

std::shared_ptr<bus> make_bus(const options& from, const std::string& node_id) {
  if (from.redis.empty())
    return std::make_shared<memory_bus>();
  redis_bus_config config;
  config.url = parse_redis_url(from.redis).url.value();
  config.client_name = "atrium-" + node_id;
  config.max_pending = from.bus_pending;
  config.max_pending_bytes = from.bus_pending_bytes;
  config.publish_timeout = from.bus_timeout;
  config.log = log::write;
  return std::make_shared<redis_bus>(std::move(config));
}

// Waits on the thread of `main`, where nothing else has to happen.
template <class Predicate>
bool wait_until(steady::time_point deadline, Predicate done) {
  constexpr std::chrono::milliseconds between{2};
  while (!done()) {
    if (steady::now() >= deadline)
      return false;
    std::this_thread::sleep_for(between);
  }
  return true;
}

} // namespace

// CAF's default scheduler spins when it is idle and collapses under fan-out; an
// unbounded turn lets one busy actor starve the others.
node::actor_config::actor_config(const options& from) {
  constexpr std::size_t messages_per_turn = 100;
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", from.workers);
  set("scheduler.max-throughput", messages_per_turn);
}

node::node(options from, room_types rooms)
  : config_(from), system_(std::make_unique<caf::actor_system>(config_)) {
  for (std::size_t i = 0; i < lane_count(from); ++i)
    lanes_.push_back(std::make_unique<lane_thread>(*system_, from, i));
  auto env = make_environment(from, std::move(rooms));
  auto root = system_->spawn(directory, env);
  protocol::node_facts facts{env->node_id, from.ping_interval,
                             from.max_message_bytes};
  auto connections = std::make_shared<gate>(from.max_connections);
  context_ = std::make_shared<node_context>(
    node_context{*system_, std::move(from), std::move(env), std::move(root),
                 std::move(facts), std::move(connections)});
  listener_ = std::make_shared<listener>(lanes_, context_);
}

node::~node() {
  stop();
}

environment_ptr node::make_environment(const options& from, room_types rooms) {
  auto env = std::make_shared<environment>();
  env->node_id = from.node_id.empty() ? make_node_id() : from.node_id;
  env->run_id = make_random_id(8);
  env->bus = make_bus(from, env->node_id);
  env->names = channel_names{from.name_space};
  env->rooms = std::move(rooms);
  env->limits.rooms_per_connection = from.max_rooms;
  env->limits.members_per_room = from.max_room_members;
  env->limits.bus_timeout = from.bus_timeout;
  env->now = [] {
    return std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now());
  };
  for (auto& lane : lanes_)
    env->lanes.push_back(lane->port());
  return env;
}

std::string node::start() {
  return listener_->start(context_->options.listen);
}

bool node::stop() {
  if (std::exchange(stopped_, true))
    return true;
  auto deadline = steady::now() + context_->options.grace;
  *context_->stopping = true;
  listener_->stop();
  auto clean = close_connections(deadline);
  clean = stop_actors(deadline) && clean;
  if (!clean) {
    // Threads that still work on something cannot be joined in time.
    log::error("node ends before everybody has gone");
    return false;
  }
  for (auto& lane : lanes_)
    lane->join();
  listener_.reset();
  context_.reset();
  system_.reset();
  lanes_.clear();
  return true;
}

bool node::close_connections(steady::time_point deadline) {
  // Clients that do not answer a close must not cost the node its clean end.
  auto patience
    = deadline - std::chrono::milliseconds{context_->options.grace} / 4;
  for (auto& lane : lanes_)
    caf::anon_send(lane->port().actor,
                   close_all{close_code::going_away, "the node is going away"});
  auto& open = *context_->connections;
  auto gone = [&] { return open.taken() == 0; };
  if (!wait_until(patience, gone))
    log::warn("node cuts {} connections", open.taken());
  for (auto& lane : lanes_)
    lane->cut_stragglers();
  return wait_until(deadline, gone);
}

bool node::stop_actors(steady::time_point deadline) {
  caf::anon_send(context_->directory, stop_atom{});
  auto running = [this] { return system_->registry().running(); };
  auto gone = wait_until(deadline, [&] { return running() <= lanes_.size(); });
  context_->env->bus->stop();
  for (auto& lane : lanes_)
    caf::anon_send_exit(lane->port().actor, caf::exit_reason::user_shutdown);
  return wait_until(deadline, [&] { return running() == 0; }) && gone;
}

} // namespace atrium
