#pragma once

#include "atrium/actors/cluster/cluster.hpp"
#include "atrium/actors/cluster/control_channel.hpp"
#include "atrium/actors/owner/owner_table.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/memory/memory_room_owners.hpp"
#include "atrium/broker/util/rendezvous.hpp"

#include "support/actor_fixture.hpp"
#include "support/cluster_fixture.hpp"
#include "support/cuttable_node.hpp"
#include "support/table_logic.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace atrium::test {

using namespace std::chrono_literals;

/// What the nodes of `owner_fixture` meet on.
struct owner_ground {
  bool is_alive(const std::string& run) const {
    return alive.contains(run);
  }

  unix_time now{std::chrono::milliseconds{1'000'000}};
  std::set<std::string> alive; // leases of runs
  std::shared_ptr<memory_bus> wire = std::make_shared<memory_bus>();
  std::shared_ptr<fake_node_registry> registry = std::make_shared<fake_node_registry>();
  std::shared_ptr<memory_room_owners> owners = std::make_shared<memory_room_owners>(
    wire, channel_names{"dev:atrium"}, std::size_t{64} << 20,
    [this](const std::string& run) { return is_alive(run); });
};

/// One of several nodes in this process; its run is its name and an `r`.
struct owning_node {
  owning_node(caf::actor_system& sys, owner_ground& on, const std::string& name,
              std::shared_ptr<const room_types> rooms) {
    env->node_id = name;
    env->run_id = name + 'r';
    env->bus = std::make_shared<cuttable_bus>(on.wire, links);
    env->control = std::make_shared<connection_commands>(env);
    env->rooms = std::move(rooms);
    env->now = [&on] { return on.now; };
    env->homes = std::make_shared<room_homes>(std::make_shared<cuttable_owners>(on.owners, links));
    auto queue = std::make_shared<semaphore>(env->limits->lane_queue);
    auto meter = std::make_shared<lane_meter>([&on] { return on.now; });
    env->lanes.push_back(
      {sys.spawn<class lane>(nullptr, queue, std::size_t{0}, meter), queue, meter, nullptr});
    env->homes->start(sys.spawn<owner_table>(nullptr, env),
                      [](auto& by, auto& from, auto to, auto what) {
                        send_to_node(by, from, to, std::move(what));
                      });
    root = sys.spawn<directory>(env);
    cluster_setup setup{env, on.registry, {}, {}};
    setup.directory = root;
    control = std::make_unique<cluster>(sys, nullptr, std::move(setup));
    env->homes->watch(on.registry);
  }

  const std::string& run() const {
    return env->run_id;
  }

  const room_counters& counts() const {
    return *env->room_counts;
  }

  std::shared_ptr<environment> env = std::make_shared<environment>();
  std::shared_ptr<node_links> links = std::make_shared<node_links>();
  directory_actor root;
  std::unique_ptr<cluster> control;
};

/// A client of one of them.
struct table_client : client {
  std::string at;
};

/// Three nodes, a, b and c, on one bus, with rooms that have one home: `t:*` with a state that is
/// saved, `p:*` with one that is not. Time passes when the test says so.
struct owner_fixture : test_coordinator_fixture<> {
  explicit owner_fixture(room_types rooms = {}) {
    table_logic::set = {};
    table_logic::ran.clear();
    table_logic::tickets.clear();
    log::redirect([this](std::string_view line) { written.emplace_back(line); });
    rooms.add<saved_table>("t:*", home::one).add<table_logic>("p:*", home::one);
    auto types = std::make_shared<const room_types>(std::move(rooms));
    homes = types->digest(home::one);
    for (auto* name : {"a", "b", "c"}) {
      add_to_registry(name);
      on.alive.insert(std::string{name} + 'r');
      nodes.emplace(name, std::make_unique<owning_node>(sys, on, name, types));
    }
    settle();
  }

  ~owner_fixture() override {
    for (auto& [name, x] : nodes) {
      auto held = std::move(x->links->held);
      *x->links = node_links{}; // what the test had is gone
      x->links->held = std::move(held);
      on.alive.insert(x->run());
    }
    for (auto& [name, x] : nodes)
      x->links->go_on();
    for (auto& x : clients)
      caf::anon_send(x.actor, disconnected{});
    settle();
    for (auto& [name, x] : nodes) {
      caf::anon_send(x->root, stop_atom{});
      settle();
      x->env->homes->stop();
      x->control->stop();
      settle();
      for (auto& each : x->env->lanes)
        caf::anon_send_exit(each.actor, caf::exit_reason::user_shutdown);
    }
    settle();
    log::redirect(nullptr);
    table_logic::tickets.clear();
  }

  owning_node& at(const std::string& name) {
    return *nodes.at(name);
  }

  void settle() {
    sched.run();
  }

  /// Time goes by, in steps that are shorter than any clock of rooms and owners.
  void pass(std::chrono::milliseconds time) {
    constexpr auto step = 50ms;
    for (; time > 0ms; time -= step) {
      on.now += step;
      sched.advance_time(step);
      settle();
    }
  }

  // -- rooms ------------------------------------------------------------------

  /// Returns a room of this kind that node `name` comes first for.
  std::string room_of(const std::string& name, const std::string& kind = "t:") const {
    for (int i = 0;; ++i) {
      auto room = kind + std::to_string(i);
      if (by_rendezvous(room, {"ar", "br", "cr"}, 1).front() == name + 'r')
        return room;
    }
  }

  /// Returns the node that owns the room; empty: none does.
  std::string owner_of(const std::string& room) {
    std::string result;
    on.owners->find(room, {}, [&](const found_owner& x) {
      if (x.owner)
        result = x.owner->run.substr(0, 1);
    });
    return result;
  }

  std::uint64_t token_of(const std::string& room) {
    std::uint64_t result = 0;
    on.owners->find(room, {}, [&](const found_owner& x) {
      if (x.owner)
        result = x.owner->token;
    });
    return result;
  }

  /// Returns how many owners that have not been told to end a node has.
  std::size_t owners_at(const std::string& name) {
    std::size_t result = 0;
    auto asked = self->request(at(name).env->homes->table(), caf::infinite,
                               list_children{child_kind::room, {}, {}, 100});
    settle();
    asked.receive([&](children& x) { result = x.total; }, [](caf::error&) {});
    return result;
  }

  // -- faults -----------------------------------------------------------------

  void add_to_registry(const std::string& name) {
    on.registry->add(name, name + 'r');
    on.registry->listing.nodes.back().report.homes = homes;
    auto i = nodes.find(name);
    if (i != nodes.end())
      on.registry->listing.nodes.back().report.draining = i->second->env->homes->is_draining();
  }

  void take_from_registry(const std::string& name) {
    std::erase_if(on.registry->listing.nodes, [&](auto& x) { return x.report.node == name; });
  }

  /// The lease of a node is over, and others hear of it; it may go on all the same.
  void lose(const std::string& name) {
    on.alive.erase(name + 'r');
    take_from_registry(name);
    pass(1s);
  }

  void find_again(const std::string& name) {
    on.alive.insert(name + 'r');
    add_to_registry(name);
    pass(1s);
  }

  /// Somebody else opens the room, who gives it up at once. Whoever has owned it does not know.
  void fence(const std::string& room) {
    on.owners->release(room, token_of(room), [](fencing) {});
    on.alive.insert("zr");
    on.owners->find(room, {"zr"}, [&](const found_owner& x) {
      auto token = x.owner->token;
      on.owners->open(room, token, 24h, [](const room_opening&) {});
      on.owners->release(room, token, [](fencing) {});
    });
    on.alive.erase("zr");
  }

  void drain(const std::string& name) {
    at(name).env->homes->drain();
    for (auto& x : on.registry->listing.nodes)
      if (x.report.node == name)
        x.report.draining = true;
    settle();
  }

  // -- clients ----------------------------------------------------------------

  table_client connect(const std::string& name, const std::string& user) {
    table_client result;
    result.at = name;
    result.out = std::make_shared<recording_session>();
    auto& node = at(name);
    connection_setup setup{node.env, node.root, result.out, 0,
                           identity{user, rights::everything()}};
    result.actor = sys.spawn<connection>(nullptr, std::move(setup), std::string{});
    clients.push_back(result);
    settle();
    result.out->take();
    return result;
  }

  /// Connects somebody and has them join.
  table_client member_of(const std::string& room, const std::string& name,
                         const std::string& user) {
    auto result = connect(name, user);
    join(result, room);
    result.out->take();
    return result;
  }

  void send(const client& from, client_request x) {
    caf::anon_send(from.actor, from_client{std::move(x)});
    settle();
  }

  void join(const client& who, const std::string& room) {
    send(who, join_request{"j", room});
  }

  void leave(const client& who, const std::string& room) {
    send(who, leave_request{"l", room});
  }

  void publish(const client& who, const std::string& room, const std::string& data,
               const std::string& id = "p", const std::string& event_id = {}) {
    send(who, publish_request{id, room, data, event_id, {}, true});
  }

  void disconnect(const client& who) {
    caf::anon_send(who.actor, disconnected{});
    settle();
  }

  /// The back end publishes at a node. `told` has what comes of it.
  void post(const std::string& name, const std::string& room, const std::string& data) {
    post_callback done{[this](const post_result& x) {
      told.push_back(x.answer.empty() ? std::string{to_string(x.code)} : x.answer);
    }};
    caf::anon_send(at(name).root, post_in_room{room, {data, {}, {}}, false, {}, std::move(done)});
    settle();
  }

  /// Returns what a client has seen since the last call; of messages only their data.
  static std::vector<std::string> seen(const client& who) {
    auto result = who.out->take();
    for (auto& x : result)
      if (auto at = x.find("\"data\":"); x.front() == '{' && at != std::string::npos) {
        x.erase(0, at + 7);
        x.pop_back();
      }
    return result;
  }

  /// Returns what hooks have run since the last call.
  static std::vector<std::string> ran() {
    return std::exchange(table_logic::ran, {});
  }

  std::size_t count_written(std::string_view part) const {
    auto has = [&](auto& x) { return x.find(part) != std::string::npos; };
    return static_cast<std::size_t>(std::ranges::count_if(written, has));
  }

  owner_ground on;
  std::string homes; // which rooms all of them can own
  std::map<std::string, std::unique_ptr<owning_node>> nodes;
  std::vector<table_client> clients;
  std::vector<std::string> told;
  std::vector<std::string> written;
};

inline const lines nothing;

} // namespace atrium::test
