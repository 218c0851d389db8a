#define CAF_SUITE cluster_redis_test

#include "atrium/actors/cluster/cluster.hpp"
#include "atrium/broker/redis/redis_node_registry.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_fixture.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <future>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

constexpr auto patience = 500ms;

// A node without sockets; its run is its name and an `r`.
struct live_node {
  live_node(caf::actor_system& system, const redis_server& server, const std::string& name)
    : thread(quick_config(server)), env(std::make_shared<environment>()) {
    env->node_id = name;
    env->run_id = name + 'r';
    env->bus = std::make_shared<redis_bus>(thread.client(), redis_bus_config{});
    redis_node_registry_config config;
    config.timing.interval = 20ms;
    config.report = [name] { return node_info{name, name + 'r', "1", 0, 0, 0, 0, 0, "", ""}; };
    registry = std::make_shared<redis_node_registry>(thread.client(), std::move(config));
    registry->start();
    auto status_text = [name] { return '"' + name + '"'; };
    subject = std::make_unique<cluster>(
      system, nullptr, cluster_setup{env, registry, status_text, nullptr, patience});
  }

  ~live_node() {
    subject->stop();
    registry->stop(1s);
    env->bus->stop();
  }

  survey_result ask() {
    std::promise<survey_result> told;
    subject->survey_all({"facts", ""}, [&](survey_result x) { told.set_value(std::move(x)); });
    return told.get_future().get();
  }

  // How many nodes the registry has; remembers them for when Redis is away.
  std::size_t known() {
    std::promise<std::size_t> told;
    registry->list(1s, [&](node_listing x) { told.set_value(x.nodes.size()); });
    return told.get_future().get();
  }

  redis_thread thread;
  std::shared_ptr<environment> env;
  std::shared_ptr<redis_node_registry> registry;
  std::unique_ptr<cluster> subject;
};

lines names(const survey_result& x) {
  lines result;
  for (auto& row : x.answers)
    result.push_back(row.node);
  return result;
}

// Runs a test with two nodes that know each other.
template <class F>
void with_two_nodes(F&& test) {
  with_redis([&](redis_server& server) {
    caf::actor_system_config config;
    caf::actor_system system{config};
    live_node a{system, server, "a"};
    live_node b{system, server, "b"};
    CAF_REQUIRE(eventually([&] {
      return a.known() == 2 && b.known() == 2 && names(a.ask()) == lines{"a", "b"}
             && names(b.ask()) == lines{"a", "b"};
    }));
    test(server, a, b);
  });
}

} // namespace

CAF_TEST(nodes on one Redis answer each other before the patience is over) {
  with_two_nodes([](redis_server&, live_node& a, live_node&) {
    auto x = a.ask();
    CAF_CHECK_EQUAL(x.silent, lines{});
    CAF_CHECK_EQUAL(x.error, "");
  });
}

CAF_TEST(a node that hangs is named by the other) {
  with_two_nodes([](redis_server&, live_node& a, live_node& b) {
    b.subject->stop(); // still in the registry
    CAF_CHECK(eventually([&] { return a.ask().silent == lines{"b"}; }));
    auto x = a.ask();
    CAF_CHECK_EQUAL(names(x), lines{"a"});
    CAF_CHECK_EQUAL(x.error, "");
  });
}

CAF_TEST(without Redis a node answers for itself and names the others) {
  with_two_nodes([](redis_server& server, live_node& a, live_node&) {
    server.kill();
    CAF_CHECK(eventually([&] { return !a.registry->stats().connected; }));
    auto start = std::chrono::steady_clock::now();
    auto x = a.ask();
    CAF_CHECK(std::chrono::steady_clock::now() - start < 4 * patience);
    CAF_CHECK_EQUAL(names(x), lines{"a"});
    CAF_CHECK_EQUAL(x.silent, lines{"b"});
    // The bus may have noticed as well: then it has not taken the survey.
    CAF_CHECK(x.error.starts_with("the link to Redis is down"));
    server.start();
    CAF_CHECK(eventually([&] { return names(a.ask()) == lines{"a", "b"}; }));
  });
}

CAF_TEST(a Redis that hangs does not keep a node from answering) {
  with_two_nodes([](redis_server& server, live_node& a, live_node&) {
    server.freeze();
    auto x = a.ask();
    CAF_CHECK_EQUAL(names(x), lines{"a"});
    CAF_CHECK_EQUAL(x.silent, lines{"b"});
    CAF_CHECK_NOT_EQUAL(x.error, "");
    server.thaw();
    CAF_CHECK(eventually([&] { return names(a.ask()) == lines{"a", "b"}; }));
  });
}
