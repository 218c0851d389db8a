#include "atrium/net/node.hpp"

#include "atrium/actors/directory.hpp"
#include "atrium/actors/eviction.hpp"
#include "atrium/broker/log.hpp"
#include "atrium/broker/random_id.hpp"
#include "atrium/net/inspector/administrators.hpp"
#include "atrium/net/node_parts.hpp"
#include "atrium/net/option_values.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <thread>

namespace atrium {

namespace {

using steady = std::chrono::steady_clock;

std::size_t lane_count(const options& from) {
  if (from.lanes != 0)
    return from.lanes;
  return std::max(1U, std::thread::hardware_concurrency() / 2);
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
  internal_lane_ = std::make_unique<lane_thread>(*system_, from, lanes_.size());
  auto env = make_environment(from, std::move(rooms));
  auto root = system_->spawn<directory>(env);
  protocol::node_facts facts{env->node_id, from.ping_interval,
                             from.max_message_bytes};
  auto connections = std::make_shared<gate>(from.max_connections);
  auto guard = make_authenticator(from, error_);
  if (error_.empty())
    tls_ = tls_context::load(public_tls(from), error_);
  if (error_.empty())
    internal_tls_ = tls_context::load(internal_tls(from), error_);
  if (error_.empty())
    administrators_ = administrators::load(from, error_);
  std::vector<lane_thread*> all;
  for (auto& lane : lanes_)
    all.push_back(lane.get());
  observatory_ = std::make_unique<observatory>(observatory_setup{
    *system_, from, env, root, all, *internal_lane_, life_, connections});
  context_ = std::make_shared<node_context>(
    node_context{.system = *system_,
                 .options = std::move(from),
                 .env = std::move(env),
                 .directory = std::move(root),
                 .facts = std::move(facts),
                 .connections = std::move(connections),
                 .life = life_,
                 .health = observatory_->health(),
                 .guard = std::move(guard),
                 .inspector = observatory_->inspector(),
                 .administrators = administrators_,
                 .metrics = observatory_->metrics(),
                 .sweep = std::make_shared<place_sweep>(all)});
  listener_ = std::make_shared<listener>(all, context_, public_routes(),
                                         context_->door, tls_);
  all = {internal_lane_.get()};
  if (context_->options.internal_address())
    internal_listener_ = std::make_shared<listener>(
      all, context_, internal_routes(), nullptr, internal_tls_);
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
  env->registry = make_registry(from, *env);
  env->rooms = std::move(rooms);
  env->traced = trace_list{from.trace_user, from.trace_room};
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
  env->bus_queue = std::make_shared<gate>(from.bus_queue_bytes);
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

// The thread of `main` has nothing else to do; a second signal ends the process
// wherever it is.
void node::drain() {
  if (!life_->wants_clients())
    return; // has never begun
  life_->advance(node_phase::draining);
  std::this_thread::sleep_for(context_->options.drain_delay);
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

bool node::stop() {
  drain();
  if (!life_->advance(node_phase::stopping))
    return true;
  listener_->stop();
  tell_connections();
  auto deadline = steady::now() + context_->options.grace;
  auto clean = close_connections(deadline);
  clean = stop_actors(deadline) && clean;
  if (!clean) {
    // Threads that still work on something cannot be joined in time.
    log::error("node_stop_failed", "node ends before everybody has gone");
    return false;
  }
  life_->advance(node_phase::stopped);
  for (auto& lane : lanes_)
    lane->join();
  internal_lane_->join();
  listener_.reset();
  internal_listener_.reset();
  context_.reset();
  observatory_.reset();
  system_.reset();
  lanes_.clear();
  return true;
}

// Returns when every connection has been told, which is paced by the lanes.
void node::tell_connections() {
  auto untold = std::make_shared<gate>(lanes_.size());
  for (auto& lane : lanes_) {
    untold->try_enter(1);
    caf::anon_send(lane->port().actor,
                   close_all{close_code::going_away, "the node is going away",
                             context_->options.drain_window,
                             gate_ticket{untold, 1}});
  }
  constexpr std::chrono::seconds slack{1}; // lanes may be busy
  wait_until(steady::now() + context_->options.drain_window + slack,
             [&] { return untold->taken() == 0; });
}

bool node::close_connections(steady::time_point deadline) {
  auto& open = *context_->connections;
  auto gone = [&] { return open.taken() == 0; };
  // Clients that do not answer a close must not cost the node its clean end: in
  // the first round those get it who waited for an answer, the second is final.
  auto grace = std::chrono::milliseconds{context_->options.grace};
  for (auto left : {grace / 2, grace / 4}) {
    if (!wait_until(deadline - left, gone))
      log::warn("connections_cut", {{"count", open.taken()}},
                "node cuts connections that do not answer");
    for (auto& lane : lanes_)
      lane->cut_stragglers();
  }
  return wait_until(deadline, gone);
}

bool node::stop_actors(steady::time_point deadline) {
  observatory_->stop_asking();
  caf::anon_send(context_->directory, stop_atom{});
  auto running = [this] { return system_->registry().running(); };
  auto others = lanes_.size() + 2; // their actors and the inspector
  auto gone = wait_until(deadline, [&] { return running() <= others; });
  if (auto& users = context_->env->registry)
    users->stop();
  auto slice = std::chrono::milliseconds{context_->options.grace} / 8;
  observatory_->sign_off(std::min(slice, std::chrono::milliseconds{1'000}));
  // What the bus has accepted is still sent, if it can be.
  auto& bus = *context_->env->bus;
  wait_until(deadline - slice, [&] { return bus.stats().pending == 0; });
  bus.stop();
  for (auto& lane : lanes_)
    caf::anon_send_exit(lane->port().actor, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(internal_lane_->port().actor,
                      caf::exit_reason::user_shutdown);
  observatory_->end();
  if (internal_listener_)
    internal_listener_->stop();
  return wait_until(deadline, [&] { return running() == 0; }) && gone;
}

} // namespace atrium
