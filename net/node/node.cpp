#include "atrium/net/node/node.hpp"

#include "atrium/actors/cluster/eviction.hpp"
#include "atrium/actors/directory/directory.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/util/hook_watch.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/redis/redis_host.hpp"
#include "atrium/broker/registry.hpp"
#include "atrium/broker/util/random_id.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/admission/control_groups.hpp"
#include "atrium/net/inspector/administrators.hpp"
#include "atrium/net/node/file_budget.hpp"
#include "atrium/net/node/node_parts.hpp"
#include "atrium/net/options/option_values.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <thread>

namespace atrium {

namespace {

std::size_t lane_count(const options& from) {
  if (from.lanes != 0)
    return from.lanes;
  return std::max<std::size_t>(1, usable_processors() / 2);
}

// Clamped to what there are file descriptors for, or else those who are one too
// many would take those of the links to Redis.
std::size_t allowed_connections(const options& from, const file_budget& files,
                                std::string& error) {
  if (files.clients == 0)
    error = fmt::format("a limit of {} open files (ulimit -n) leaves none for "
                        "clients",
                        files.limit);
  if (from.max_connections <= files.clients)
    return from.max_connections;
  log::warn("connections_clamped",
            {{"max_connections", files.clients}, {"files", files.limit}},
            "node lets fewer clients in than --max-connections says: there are "
            "no more file descriptors (ulimit -n)");
  return files.clients;
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
  internal_lane_ = std::make_unique<lane_thread>(*system_, from, lanes_.size());
  auto env = make_environment(from, std::move(rooms));
  hooks_ = env->hooks;
  auto root = system_->spawn<directory>(env);
  protocol::node_facts facts{env->node_id, from.ping_interval,
                             from.max_message_bytes};
  auto files = file_budget::of_process(from);
  auto most = allowed_connections(from, files, error_);
  auto connections = std::make_shared<semaphore>(most);
  auto counts = std::make_shared<client_counters>();
  auto entrance
    = std::make_shared<door>(from, counts, connections, most, files.clients);
  auto guard = error_.empty() ? make_authenticator(from, error_) : nullptr;
  if (error_.empty())
    tls_ = tls_context::load(public_tls(from), error_);
  if (error_.empty())
    internal_tls_ = tls_context::load(internal_tls(from), error_);
  if (error_.empty())
    administrators_ = administrators::load(from, error_);
  std::vector<lane_thread*> all;
  for (auto& lane : lanes_)
    all.push_back(lane.get());
  observatory_ = std::make_unique<observatory>(
    observatory_setup{*system_, from, env, root, all, *internal_lane_, life_,
                      connections, counts, entrance, redis_.get()});
  context_ = std::make_shared<node_context>(
    node_context{.system = *system_,
                 .options = std::move(from),
                 .env = std::move(env),
                 .directory = std::move(root),
                 .facts = std::move(facts),
                 .connections = std::move(connections),
                 .client_counts = std::move(counts),
                 .life = life_,
                 .health = observatory_->health(),
                 .guard = std::move(guard),
                 .inspector = observatory_->inspector(),
                 .administrators = administrators_,
                 .metrics = observatory_->metrics(),
                 .sweep = std::make_shared<place_sweep>(all),
                 .event_streams = std::make_shared<semaphore>(files.watchers),
                 .door = std::move(entrance)});
  listener_ = std::make_shared<listener>(all, context_, public_routes(),
                                         context_->door->waiting(), tls_);
  all = {internal_lane_.get()};
  if (context_->options.internal_address())
    internal_listener_ = std::make_shared<listener>(
      all, context_, internal_routes(),
      std::make_shared<waiting_room>(
        waiting_room::bounds{files.operators, files.operators}),
      internal_tls_);
}

node::~node() {
  stop();
}

environment_ptr node::make_environment(const options& from, room_types rooms) {
  auto env = std::make_shared<environment>();
  env->node_id = from.node_id.empty() ? make_node_id() : from.node_id;
  env->run_id = make_random_id(8);
  redis_ = make_redis(from, env->node_id);
  env->bus = make_bus(from, redis_.get());
  env->names = channel_names{from.name_space};
  env->registry = make_registry(from, *env, redis_.get());
  env->rooms = std::move(rooms);
  env->watched = watch_list{from.trace_user, from.trace_room};
  env->limits.rooms_per_connection = from.max_rooms;
  env->limits.members_per_room = from.max_room_members;
  env->limits.rooms_per_node = from.max_node_rooms;
  env->limits.rooms_per_user = from.room_share();
  env->limits.bus_timeout = from.bus_timeout;
  env->limits.user_lease = from.user_lease;
  // Asking others and insisting then has to fit into the time of a sign-on.
  env->limits.probe_timeout
    = std::min(env->limits.probe_timeout, env->limits.bus_timeout * 2 / 5);
  env->limits.room_queue = from.room_queue_bytes;
  env->limits.message_bytes = from.outbox_bytes + envelope_overhead;
  env->bus_queue = std::make_shared<semaphore>(from.bus_queue_bytes);
  for (auto& rule : from.outbox_policy)
    env->limits.outbox_policies.add(rule);
  env->now = [] {
    return std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now());
  };
  for (auto& lane : lanes_)
    env->lanes.push_back(lane->port());
  evictions_ = env->bus->subscribe(env->names.node(env->run_id),
                                   make_eviction_listener(env));
  return env;
}

std::string node::start() {
  if (!error_.empty())
    return error_;
  auto& from = context_->options;
  if (internal_listener_)
    if (auto error = internal_listener_->start(*from.internal_address());
        !error.empty())
      return "internal listener: " + error;
  if (auto error = listener_->start(from.listen); !error.empty())
    return error;
  life_->advance(node_phase::running);
  observatory_->start(internal_for_others());
  return {};
}

std::optional<listen_address> node::internal_address() const {
  if (!internal_listener_)
    return std::nullopt;
  return internal_listener_->address();
}

// A Unix socket is of no use on another machine.
std::string node::internal_for_others() const {
  auto where = internal_address();
  if (!where || !where->path.empty())
    return {};
  return (internal_tls_ ? "https://" : "") + show_address(*where);
}

void node::reload() {
  auto report = [](const char* what, const std::string& error) {
    if (error.empty())
      log::info("node_reloaded", "node has read its {} anew", what);
    else
      log::error("node_reload_failed", {{"error", error}},
                 "node goes on with its old {}", what);
  };
  if (context_->guard)
    report("keys", context_->guard->reload());
  if (tls_)
    report("certificate", tls_->reload());
  if (internal_tls_)
    report("certificate for operators", internal_tls_->reload());
  if (!context_->options.admin_token_file.empty())
    report("administrators' token", administrators_->reload());
}

} // namespace atrium
