#include "atrium/net/node/operator_services.hpp"

#include "atrium/actors/cluster/cluster.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/util/hook_watch.hpp"
#include "atrium/actors/util/task_pool.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/net/admission/admission_limits.hpp"
#include "atrium/net/inspector/everywhere.hpp"
#include "atrium/net/inspector/inspector.hpp"
#include "atrium/net/inspector/node_status.hpp"
#include "atrium/net/node/node_factory.hpp"
#include "atrium/net/node/systemd.hpp"

#include <boost/asio/post.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace atrium {

namespace {

using namespace std::chrono_literals;

constexpr auto hook_is_late = 500ms; // then it may be why others wait
constexpr auto hook_is_slow = 2s;    // then its author should know

std::vector<health::part> parts_of(const operator_setup& x) {
  std::vector<health::part> result;
  for (auto* lane : x.lanes)
    result.push_back(
      {"lane-" + std::to_string(lane->index()), [lane](auto probe) {
         // In turn with sockets and messages: an answer means that they get
         // theirs.
         boost::asio::post(lane->io(), [lane, probe] {
           lane->flushes().measure_backlog();
           probe->answer();
         });
       }});
  health::part scheduler{"scheduler", [&system = x.system](auto probe) {
                           // Only a worker that is free takes it up.
                           system.spawn([probe] { probe->answer(); });
                         }};
  scheduler.is_held_up
    = [hooks = x.env->hooks] { return !hooks->late(hook_is_late).empty(); };
  result.push_back(std::move(scheduler));
  // Whether the thread of the bus answers, not whether Redis does: a restart of
  // the node would mend only the former.
  result.push_back({"bus", [bus = x.env->bus](auto probe) {
                      bus->ping([probe] { probe->answer(); });
                    }});
  return result;
}

std::shared_ptr<health> make_health(const operator_setup& x) {
  auto& env = *x.env;
  // Nobody can be called nothing, so nobody is sent anything there.
  std::vector<channel_watch::sample> others;
  if (!x.from.bus.redis.empty())
    others = {{"users", env.names.user({})},
              {"rooms", env.names.room({})},
              {"everyone", env.names.all()},
              {"nodes", env.names.node({})}};
  auto bus = std::make_unique<bus_probe>(env.bus, env.names.probe(env.node_id),
                                         env.run_id, std::move(others));
  return std::make_shared<health>(
    parts_of(x), std::move(bus), x.life, [admission = x.admission] {
      return admission->limit_reached(admission_limits::clock::now());
    });
}

std::shared_ptr<node_metrics>
make_metrics(const operator_setup& x, std::shared_ptr<health> health,
             std::shared_ptr<node_registry> registry) {
  std::vector<node_metrics::lane_view> views;
  for (auto* lane : x.lanes)
    views.push_back({lane->port(), [lane] { return lane->busy(); }});
  return std::make_shared<node_metrics>(
    x.env, node_metrics::client_view{x.connections, x.client_counts, x.api},
    std::move(health), std::move(views),
    node_metrics::other_nodes{std::move(registry), x.lease});
}

} // namespace

operator_services::operator_services(const operator_setup& x)
  : own_lane_(x.own_lane),
    env_(x.env),
    admission_(x.admission),
    health_(make_health(x)),
    reporter_(std::make_shared<node_reporter>(x.env, x.connections)),
    registry_(make_node_registry(x.from, *x.env, x.redis,
                                 [by = reporter_] { return by->report(); })),
    cluster_(std::make_shared<cluster>(
      x.system, &x.own_lane.unit(),
      cluster_setup{x.env, registry_,
                    [by = reporter_] { return to_json(by->report()); }, nullptr,
                    cluster_setup::usual_patience, x.directory, x.own_bus})),
    metrics_(make_metrics(x, health_, registry_)) {
  auto status = std::make_shared<node_status>(
    x.env, reporter_, metrics_, x.life,
    x.from.bus.redis.empty() ? "memory" : "redis");
  inspector_ = x.system.spawn<class inspector>(inspector_setup{
    x.env, x.directory, cluster_, [status] { return status->to_json(); }});
  // Inspector and cluster need each other: the cluster is made first, and told
  // here who answers for this node.
  cluster_->answer_with(
    [&system = x.system, to = inspector_](survey what, auto done) {
      answer_cluster(system, to, std::move(what), std::move(done));
    });
}

void operator_services::start(std::string internal) {
  reporter_->serve_at(std::move(internal));
  registry_->start();
  if (env_->homes)
    env_->homes->watch(registry_);
  check_up_ = std::make_unique<ticker>(own_lane_.io(), std::chrono::seconds{1},
                                       [this] { check_up(); });
}

void operator_services::check_up() {
  health_->tick();
  metrics_->tick(node_metrics::clock::now());
  admission_->tidy(admission_limits::clock::now());
  for (auto& x : env_->hooks->newly_late(hook_is_slow))
    log::warn(
      "room_hook_slow",
      {{"room", x.room},
       {"seconds", std::chrono::floor<std::chrono::seconds>(x.time).count()}},
      "room keeps a worker from other rooms: its hook does not return");
  for (auto& name : env_->tasks->newly_overdue())
    log::warn("task_overdue", {{"task", name}},
              "task runs past its deadline and keeps a thread from others");
  log::tell_losses();
  // systemd restarts a node that is silent. This thread has no clients, so it
  // can tell when the other threads hang.
  if (systemd::watches() && health_->live().ok)
    systemd::notify_alive();
}

void operator_services::stop_asking() {
  // A node that could not start has none.
  if (check_up_)
    check_up_->stop();
  cluster_->stop();
}

void operator_services::sign_off(std::chrono::milliseconds patience) {
  registry_->stop(patience);
  // It knows the environment, which knows these.
  if (env_->homes)
    env_->homes->forget_registry();
}

void operator_services::end() {
  caf::anon_send_exit(inspector_, caf::exit_reason::user_shutdown);
}

} // namespace atrium
