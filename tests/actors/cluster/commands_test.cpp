#define CAF_SUITE commands_test

#include "atrium/actors/cluster/channel_list.hpp"

#include "support/actor_fixture.hpp"
#include "support/cluster_fixture.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

using act = user_command;

/// One of two nodes in this process, with a lane and all that lives there.
struct node {
  node(caf::actor_system& system, const std::string& name, std::shared_ptr<bus> wire,
       std::shared_ptr<node_registry> registry)
    : sys(system), env(std::make_shared<environment>()) {
    env->node_id = name;
    env->run_id = name + 'r';
    env->bus = std::move(wire);
    env->control = std::make_shared<connection_commands>(env);
    env->now = [] { return unix_time{std::chrono::milliseconds{1'000'000}}; };
    auto queue = std::make_shared<semaphore>(env->limits->lane_queue);
    auto meter = std::make_shared<lane_meter>(env->now);
    env->lanes.push_back(
      {sys.spawn<class lane>(nullptr, queue, std::size_t{0}, meter), queue, meter, nullptr});
    root = sys.spawn<directory>(env);
    others.emplace(sys, nullptr,
                   cluster_setup{env, std::move(registry), nullptr, nullptr,
                                 cluster_setup::usual_patience, root});
  }

  client connect(const std::string& user) {
    client result;
    result.out = std::make_shared<recording_session>();
    result.actor = sys.spawn<connection>(
      nullptr, connection_setup{env, root, result.out, 0, identity{user, rights::everything()}});
    clients.push_back(result);
    return result;
  }

  void stop() {
    for (auto& x : clients)
      caf::anon_send(x.actor, disconnected{});
    others.reset();
    caf::anon_send(root, stop_atom{});
    caf::anon_send_exit(env->lanes[0].actor, caf::exit_reason::user_shutdown);
  }

  caf::actor_system& sys;
  std::shared_ptr<environment> env;
  directory_actor root;
  std::optional<cluster> others;
  std::vector<client> clients;
};

struct fixture : test_coordinator_fixture<> {
  fixture() {
    registry->add("a", "ar");
    registry->add("b", "br");
    sched.run();
  }

  ~fixture() override {
    for (auto* x : {&here, &there}) {
      x->stop();
      sched.run();
    }
  }

  client come(node& to, const std::string& user) {
    auto result = to.connect(user);
    sched.run();
    result.out->take();
    return result;
  }

  void join(const client& who, const std::string& room) {
    caf::anon_send(who.actor, from_client{join_request{"1", room}});
    sched.run();
    who.out->take();
  }

  void command(user_command x) {
    here.env->control->command(std::move(x),
                               [](const publish_receipt& y) { CAF_CHECK(y.error == errc::none); });
  }

  channel_list list(const std::string& pattern) {
    std::optional<survey_result> said;
    here.others->survey_all({"channels", pattern}, [&](survey_result x) { said = std::move(x); });
    sched.run();
    CAF_REQUIRE(said);
    return merge_channels(*said);
  }

  std::shared_ptr<memory_bus> wire = std::make_shared<memory_bus>();
  std::shared_ptr<fake_node_registry> registry = std::make_shared<fake_node_registry>();
  node here{sys, "a", wire, registry};
  node there{sys, "b", wire, registry};
};

using numbers = std::map<std::string, std::uint64_t>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(commands_tests, fixture)

CAF_TEST(a command reaches the connections of a user on all nodes) {
  auto phone = come(here, "ann");
  auto laptop = come(there, "ann");
  auto bob = come(there, "bob");
  command({"ann", {}, {}, act::join{"r"}});
  command({"ann", {}, {}, act::leave{"r"}});
  command({"ann", {}, {}, act::join{"r"}});
  sched.run();
  for (auto* x : {&phone, &laptop})
    CAF_CHECK_EQUAL(x->out->take(), (lines{"joined r", "left r", "joined r"}));
  command({"ann", {}, {laptop.out->connection}, act::close{}});
  command({"ann", laptop.out->connection, {}, act::renew{never, true}});
  sched.run();
  CAF_CHECK_EQUAL(phone.out->take(), lines{"close 4005"});
  CAF_CHECK_EQUAL(laptop.out->take(), lines{"close 4001"});
  CAF_CHECK(bob.out->take().empty());
}

CAF_TEST(a room is closed on all nodes) {
  auto ann = come(here, "ann");
  auto bob = come(there, "bob");
  join(ann, "r");
  join(bob, "r");
  errc heard = errc::internal;
  here.env->control->close_room("r", [&](const publish_receipt& x) { heard = x.error; });
  sched.run();
  CAF_CHECK(heard == errc::none);
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error room_died"});
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error room_died"});
  here.env->control->close_room({}, [&](const publish_receipt& x) { heard = x.error; });
  CAF_CHECK(heard == errc::bad_request);
}

CAF_TEST(the nodes list the rooms with members) {
  auto ann = come(here, "ann");
  auto bob = come(there, "bob");
  auto eve = come(there, "eve");
  join(ann, "chat:1");
  join(bob, "chat:1");
  join(eve, "chat:1");
  join(eve, "game");
  CAF_CHECK_EQUAL(list("").rooms, (numbers{{"chat:1", 3}, {"game", 1}}));
  CAF_CHECK_EQUAL(list("chat:*").rooms, (numbers{{"chat:1", 3}}));
  CAF_CHECK(list("").silent.empty());
  registry->add("c", "cr", true);
  CAF_CHECK_EQUAL(list("").silent, lines{"c"});
}

CAF_TEST(a command of somebody who has no environment any more is refused) {
  errc heard = errc::none;
  connection_commands{std::weak_ptr<const environment>{}}.command(
    {"ann", {}, {}, act::join{"r"}}, [&](const publish_receipt& x) { heard = x.error; });
  CAF_CHECK(heard == errc::bus_unavailable);
}

CAF_TEST_FIXTURE_SCOPE_END()
