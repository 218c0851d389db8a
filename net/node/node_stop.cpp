// The end of a node, in order; node.hpp has the list.

#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/util/hook_watch.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/actors/util/task_pool.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/connection_limiter.hpp"
#include "atrium/broker/event_sink.hpp"
#include "atrium/broker/inbox.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/presence.hpp"
#include "atrium/broker/redis/redis_lease.hpp"
#include "atrium/net/api/api_access.hpp"
#include "atrium/net/node/node.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <thread>

namespace atrium {

namespace {

using steady = std::chrono::steady_clock;

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

// The thread of `main` has nothing else to do; a second signal ends the process
// wherever it is.
void node::drain() {
  if (!life_->wants_clients())
    return; // has never begun
  life_->advance(node_phase::draining);
  // While clients are still here, who hardly notice then.
  if (auto& homes = context_->env->homes)
    homes->drain();
  std::this_thread::sleep_for(options_.stop.drain_delay);
}

std::chrono::milliseconds node::longest_stop() const {
  auto& by = options_.stop;
  std::chrono::milliseconds slack{500}; // for the node to say so by itself
  auto result = by.grace + slack;
  return life_->wants_clients() ? by.drain_delay + by.drain_window + result
                                : result;
}

bool node::stop() {
  waits_for_ = "the drain delay";
  drain();
  // From here on upgrades that are under way are refused (`lets_in`). Only the
  // first stop gets past this: the destructor is the second one.
  if (!life_->advance(node_phase::stopping))
    return true;
  auto& by = options_.stop;
  auto latest = steady::now() + by.drain_window + by.grace;
  // Before clients are told to go: some connect again at once.
  listener_->stop();
  waits_for_ = "the lanes to tell their clients";
  tell_connections();
  // Lanes that were slow to tell their clients do not make the stop longer than
  // the service manager was promised.
  auto deadline = std::min(steady::now() + by.grace, latest);
  waits_for_ = "requests of back ends";
  finish_requests(deadline);
  waits_for_ = "clients to go";
  auto all_gone = close_connections(deadline);
  // Also when clients are left: leases and the place in the registry would last
  // until they time out.
  auto all_ended = stop_actors(deadline);
  if (!all_gone)
    waits_for_ = "clients to go";
  if (!all_gone || !all_ended) {
    // Threads that still work on something cannot be joined in time.
    log::error("node_stop_failed", {{"waits_for", waits_for()}},
               "node ends before everybody has gone");
    return false;
  }
  waits_for_ = "the threads of the lanes";
  life_->advance(node_phase::stopped);
  for (auto& lane : lanes_)
    lane->join();
  internal_lane_->join();
  tasks_->join();
  waits_for_ = "what is left of the node";
  // Owners of actor handles end before the actor system. The lanes end after
  // it: pinned actors point to the contexts of lanes.
  listener_.reset();
  internal_listener_.reset();
  context_.reset();
  operators_.reset();
  system_.reset();
  lanes_.clear();
  return true;
}

// Returns when every connection has been told, which is paced by the lanes.
void node::tell_connections() {
  auto untold = std::make_shared<semaphore>(lanes_.size());
  for (auto& lane : lanes_) {
    untold->try_acquire(1);
    caf::anon_send(lane->port().actor,
                   close_all{close_code::going_away, "the node is going away",
                             options_.stop.drain_window, permit{untold, 1}});
  }
  // Lanes may be busy.
  auto slack = std::min(std::chrono::milliseconds{1'000},
                        std::chrono::milliseconds{options_.stop.grace} / 2);
  wait_until(steady::now() + options_.stop.drain_window + slack,
             [&] { return untold->taken() == 0; });
}

// New ones are refused by now. Before anything ends that they need: a back end
// that is told of a failure may send the same once more.
void node::finish_requests(steady::time_point deadline) {
  auto& requests = *context_->api->traffic->requests;
  auto patience = std::chrono::milliseconds{options_.stop.grace} / 2;
  wait_until(deadline - patience, [&] { return requests.taken() == 0; });
}

bool node::close_connections(steady::time_point deadline) {
  auto& open = *context_->connections;
  auto gone = [&] { return open.taken() == 0; };
  // Clients that do not answer a close must not cost the node its clean end: in
  // the first round those get it who waited for an answer, the second is final.
  auto grace = std::chrono::milliseconds{options_.stop.grace};
  for (auto left : {grace / 2, grace / 4}) {
    if (!wait_until(deadline - left, gone))
      log::warn("connections_cut", {{"count", open.taken()}},
                "node cuts connections that do not answer");
    for (auto& lane : lanes_)
      lane->cut_unfinished();
  }
  return wait_until(deadline, gone);
}

bool node::stop_actors(steady::time_point deadline) {
  // Before the actors: each check of health spawns one, which `running` would
  // count, and a survey would wait for actors that have ended.
  operators_->stop_asking();
  waits_for_ = "rooms and users to end";
  caf::anon_send(context_->directory, stop_atom{});
  if (context_->env->homes)
    context_->env->homes->stop();
  auto running = [this] { return system_->registry().running(); };
  auto others = lanes_.size() + 2; // their actors and the inspector
  auto have_ended = [&] { return running() <= others; };
  auto& homes = context_->env->homes;
  // Owners of rooms wait for Redis, but not to the last.
  auto patience = std::chrono::milliseconds{options_.stop.grace} / 2;
  auto gone = wait_until(homes ? deadline - patience : deadline, have_ended);
  if (homes)
    homes->owners().stop({});
  gone = gone || wait_until(deadline, have_ended);
  // Nobody waits for them any more; what runs is waited for below.
  tasks_->stop();
  if (gone)
    waits_for_ = "the register of users";
  auto slice = std::chrono::milliseconds{options_.stop.grace} / 8;
  auto moment = std::min(slice, std::chrono::milliseconds{1'000});
  // After the users, whose departures it passes on. Its time is short, since a
  // lease that is not given back ends by itself.
  if (auto& users = context_->env->limiter)
    users->stop(moment);
  // After the rooms, for the same reason.
  if (gone)
    waits_for_ = "who is in rooms";
  if (auto& there = context_->env->presence)
    there->stop(moment);
  // After the connections and rooms of which it tells.
  if (gone)
    waits_for_ = "the back end to hear of it";
  // What is lost now is lost for good, so it has the time that others leave.
  if (auto& told = context_->env->sink)
    told->stop(std::max(slice, std::chrono::floor<std::chrono::milliseconds>(
                                 deadline - steady::now() - 4 * slice)));
  if (gone)
    waits_for_ = "the inboxes";
  if (auto& kept = context_->env->inbox)
    kept->stop(moment);
  if (gone)
    waits_for_ = "the registry of nodes";
  // After all that stands under it.
  if (lease_)
    lease_->stop(moment);
  operators_->sign_off(moment);
  // What the bus has accepted is still sent, if it can be.
  if (gone)
    waits_for_ = "the bus";
  auto& bus = *context_->env->bus;
  wait_until(deadline - slice, [&] { return bus.stats().pending == 0; });
  // Before the lanes' actors: afterwards the bus calls no subscriber any more.
  bus.stop();
  if (gone)
    waits_for_ = "the actors of the lanes";
  for (auto& lane : lanes_)
    caf::anon_send_exit(lane->port().actor, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(internal_lane_->port().actor,
                      caf::exit_reason::user_shutdown);
  operators_->end();
  // Until here operators could watch the stop.
  if (internal_listener_)
    internal_listener_->stop();
  // Whatever was used up before, these only have to be told.
  constexpr std::chrono::milliseconds blink{100};
  auto last = std::max(deadline, steady::now() + blink);
  auto all_ended = wait_until(last, [&] { return running() == 0; }) && gone;
  if (all_ended)
    waits_for_ = "tasks of rooms";
  auto idle = [this] { return tasks_->now().running == 0; };
  return wait_until(last, idle) && all_ended;
}

std::string node::waits_for() const {
  std::string result = waits_for_.load();
  for (auto& x : hooks_->late(std::chrono::seconds{1}))
    result += "; a hook of room " + x.room + " does not return";
  for (auto& name : tasks_->running())
    result += "; task " + name + " does not end";
  return result;
}

} // namespace atrium
