#include "atrium/net/node/node.hpp"

#include "atrium/actors/cluster/connection_commands.hpp"
#include "atrium/actors/cluster/control_channel.hpp"
#include "atrium/actors/directory/directory.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/owner/owner_table.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/util/frugal_scheduler.hpp"
#include "atrium/actors/util/hook_watch.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/actors/util/task_pool.hpp"
#include "atrium/broker/bus_group.hpp"
#include "atrium/broker/connection_limiter.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/redis/redis_lease.hpp"
#include "atrium/broker/redis/redis_thread.hpp"
#include "atrium/broker/util/random_id.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/admission/control_groups.hpp"
#include "atrium/net/api/api_access.hpp"
#include "atrium/net/api/api_method.hpp"
#include "atrium/net/auth/make_authenticator.hpp"
#include "atrium/net/events/event_secret.hpp"
#include "atrium/net/inspector/inspector_access.hpp"
#include "atrium/net/node/node_factory.hpp"
#include "atrium/net/node/node_settings.hpp"
#include "atrium/net/node/routes.hpp"
#include "atrium/net/options/version.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <thread>

namespace atrium {

namespace {

std::size_t lane_count(const options& from) {
  if (from.lanes.count != 0)
    return from.lanes.count;
  // The other half is for the workers, the bus and the kernel, which sends.
  return std::max<std::size_t>(1, usable_processors() / 2);
}

} // namespace

// CAF's default scheduler spins when it is idle and collapses under fan-out,
// and its clock wakes for each actor that ends; an unbounded turn lets one busy
// actor starve the others.
node::actor_config::actor_config(const options& from) {
  constexpr std::size_t messages_per_turn = 100;
  load<frugal_scheduler>();
  set("scheduler.max-threads", from.workers);
  set("scheduler.max-throughput", messages_per_turn);
}

node::node(options with, room_types rooms, option_table table)
  : options_(std::move(with)),
    table_(std::move(table)),
    config_(options_),
    system_(std::make_unique<caf::actor_system>(config_)) {
  auto& from = options_;
  for (std::size_t i = 0; i < lane_count(from); ++i)
    lanes_.push_back(make_lane(i));
  // Not in `lanes_`: no client is dealt to it, so operators get an answer while
  // every lane is busy.
  internal_lane_ = make_lane(lanes_.size());
  auto env = make_environment(std::move(rooms));
  auto& changing = *env; // the context keeps it
  hooks_ = env->hooks;
  tasks_ = env->tasks;
  auto root = system_->spawn<directory>(env);
  if (env->homes)
    env->homes->start(system_->spawn<owner_table>(&internal_lane_->unit(), env),
                      [](auto& by, auto& us, auto run, auto what) {
                        send_to_node(by, us, run, std::move(what));
                      });
  // Only here: descriptors that lanes and the Redis client have opened by now
  // are not for clients.
  files_ = file_budget::of_process(
    from.auth, (bus_count(from, lanes_.size()) - 1) * most_links(from.bus));
  auto most = allowed_connections(from, files_, error_);
  auto connections = std::make_shared<semaphore>(most);
  auto counts = std::make_shared<client_counters>();
  auto admission = std::make_shared<admission_limits>(
    from.admission, counts, connections, most, files_.clients);
  // An error is kept in `error_`, and `start` returns it before anything
  // listens.
  auto auth = read_files();
  auto api
    = std::make_shared<api_traffic>(api_method_names(), api_bounds_of(from));
  std::vector<lane_thread*> all;
  for (auto& lane : lanes_)
    all.push_back(lane.get());
  operators_ = std::make_unique<operator_services>(operator_setup{
    *system_, from, env, root, all, *internal_lane_,
    internal_bus_ ? placement{*internal_bus_} : placement{}, life_, connections,
    counts, api, admission, redis_.get(), lease_});
  // Not by `make_shared`: rules that are live stay where they are made.
  std::shared_ptr<node_context> context{new node_context{
    .system = *system_,
    .rules = {},
    .env = std::move(env),
    .directory = std::move(root),
    .connections = std::move(connections),
    .client_counts = std::move(counts),
    .life = life_,
    .health = operators_->health(),
    .authenticator = std::move(auth),
    .metrics = operators_->metrics(),
    .sweep = std::make_shared<place_sweep>(all),
    .inspection = std::make_shared<inspector_access>(
      inspector_access{operators_->inspector(), administrators_,
                       std::make_shared<semaphore>(files_.watchers)}),
    .api = std::make_shared<api_access>(
      api_access{api_keys_, std::move(api), operators_->all_nodes(),
                 std::make_shared<semaphore>(files_.backends), internal_bus_}),
    .admission = std::move(admission),
    .internal = from.internal_address()}};
  context->rules.replace(rules_of(from, context->env->node_id));
  context_ = context;
  listener_ = std::make_shared<listener>(all, context_,
                                         public_routes(from.api.is_public),
                                         context_->admission->pending(), tls_);
  if (context_->internal)
    internal_listener_ = std::make_shared<listener>(
      std::vector{internal_lane_.get()}, context_, internal_routes(),
      std::make_shared<pending_connections>(
        // One address may take all places: operators and scrapers may come by
        // one proxy.
        pending_connections::bounds{files_.operators + files_.backends,
                                    files_.operators + files_.backends}),
      internal_tls_);
  add_reload_parts(changing, context->rules);
}

// Stops at the first one that is wrong, which is what `start` says.
std::shared_ptr<authenticator> node::read_files() {
  auto& from = options_;
  auto auth = error_.empty() ? make_authenticator(from.auth, error_) : nullptr;
  if (error_.empty())
    tls_ = tls_context::load(from.tls, error_);
  if (error_.empty())
    internal_tls_ = tls_context::load(from.internal.tls, error_);
  auto where = from.internal_address();
  if (error_.empty())
    administrators_ = administrators::load(
      from.internal.admin_token_file, where && where->is_loopback(), error_);
  if (error_.empty())
    api_keys_ = api_keys::load(from.api.key_file, where && where->is_loopback(),
                               error_);
  return auth;
}

node::~node() {
  stop();
}

std::unique_ptr<lane_thread> node::make_lane(std::size_t index) {
  return std::make_unique<lane_thread>(
    *system_, options_.lanes,
    std::make_shared<semaphore>(options_.limits.lane_queue), index);
}

std::shared_ptr<environment> node::make_environment(room_types rooms) {
  auto& from = options_;
  auto env = std::make_shared<environment>();
  env->node_id = from.node_id.empty() ? make_node_id() : from.node_id;
  env->run_id = make_random_id(8);
  env->version = version();
  // First: the bus and the registry call this client.
  redis_ = make_redis(from, env->node_id, error_);
  env->names = channel_names{from.bus.name_space};
  env->limits.replace(limits_of(from));
  env->bus_queue = std::make_shared<semaphore>(env->limits->bus_queue);
  env->rooms = std::make_shared<const room_types>(std::move(rooms));
  env->tasks
    = std::make_shared<task_pool>(from.tasks.threads, from.tasks.queue);
  env->watched.replace({from.log.trace_users, from.log.trace_rooms});
  env->now = [] {
    return std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now());
  };
  add_lanes(*env);
  // On a lane, as users are: with one lane its answers cross no thread.
  lease_ = make_lease(from, *env, redis_.get());
  env->limiter = make_limiter(from, *env, lanes_.front()->redis(), lease_);
  // Its timers do not wait for clients.
  env->presence = make_presence(from, *env, redis_.get(), lease_.get(),
                                internal_lane_->io());
  env->inbox = make_inbox(from, *env, redis_.get(), internal_lane_->io());
  env->homes = make_room_homes(from, *env, redis_.get());
  event_secret_ = event_secret::load(from.events.secret_file, error_);
  env->sink = make_event_sink(
    from, *env,
    {redis_.get(), lease_.get(), internal_lane_->io(), event_secret_}, error_);
  // Keeps the environment by a weak pointer: the two would keep each other.
  env->control = std::make_shared<connection_commands>(env);
  return env;
}

void node::add_lanes(environment& to) {
  auto buses = bus_count(options_, lanes_.size());
  std::vector<std::shared_ptr<bus>> all;
  auto add = [&](const bus_part& x) {
    if (x.what) {
      all.push_back(x.what);
      resize_buses_.push_back(x.resize);
    }
    return x.what;
  };
  auto add_of = [&](lane_thread& lane, const std::string& name) {
    return add(make_lane_bus(options_, redis_.get(), lane, name, buses));
  };
  add(make_bus(options_, redis_.get(), buses));
  for (auto& lane : lanes_) {
    auto name = fmt::format("lane-{}", lane->index());
    to.lanes.emplace_back(lane->port()).bus = add_of(*lane, name);
  }
  // What a back end publishes then crosses no thread, either.
  if (options_.internal_address())
    internal_bus_ = add_of(*internal_lane_, "internal");
  to.bus = std::make_shared<bus_group>(std::move(all));
}

std::string node::start() {
  if (!error_.empty())
    return error_;
  // Operators first, so probes of health are answered before clients come.
  if (internal_listener_)
    if (auto error = internal_listener_->start(*context_->internal);
        !error.empty())
      return "internal listener: " + error;
  if (auto error = listener_->start(options_.listen); !error.empty())
    return error;
  // Clients that connect before this line are let in, too. From here on
  // `/ready` may say yes, and a stop waits for load balancers.
  life_->advance(node_phase::running);
  // Last: only now there is an address to announce to the other nodes.
  operators_->start(internal_for_others());
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

} // namespace atrium
