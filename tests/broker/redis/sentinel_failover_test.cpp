#define CAF_SUITE sentinel_failover_test

#include "caf/test/unit_test.hpp"
#include "support/redis_fixture.hpp"
#include "support/sentinel_servers.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

// Returns whether both links lead there.
bool is_at(const redis_server& server, const bus& subject) {
  return eventually([&] {
    auto clients = server.ask({"CLIENT", "LIST"});
    return subject.stats().connected && clients.find("name=node.cmd") != std::string::npos
           && clients.find("name=node.sub") != std::string::npos;
  });
}

// Sentinels that soon take a master for dead.
sentinel_setup hasty() {
  sentinel_setup result;
  result.down_after = 500ms;
  return result;
}

// Runs a test with a bus on what the Sentinels call the master.
template <class F>
void with_sentinels(sentinel_setup setup, F&& test) {
  if (!redis_server::is_installed())
    return;
  sentinel_servers servers{std::move(setup)};
  log_probe log;
  auto config = quick_config(servers.place());
  config.log = log.sink();
  own_bus subject{config};
  bus_member ann{subject, "room"};
  auto* former = servers.master();
  CAF_REQUIRE(former != nullptr && ann.is_subscribed());
  CAF_CHECK(is_at(*former, subject));
  test(servers, subject, ann);
  // Whatever has happened, both links are at the new one, where messages arrive.
  auto* now = servers.master();
  CAF_REQUIRE(now != nullptr && now != former);
  CAF_CHECK(is_at(*now, subject));
  CAF_CHECK(eventually([&] { return ann.probe->gaps().size() > 0; }));
  CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "hi"), errc::none);
  CAF_CHECK(ann.receives({"hi"}));
  CAF_CHECK(log.has("redis_master_moved"));
  CAF_CHECK(log.has("from=127.0.0.1:" + former->port_text() + " to=127.0.0.1:" + now->port_text()));
}

} // namespace

CAF_TEST(a planned failover is followed) {
  with_sentinels({}, [](auto& servers, auto&, auto&) { servers.fail_over(); });
}

CAF_TEST(a master that has died is left for the new one) {
  with_sentinels(hasty(), [](auto& servers, auto&, auto&) {
    auto* former = servers.master();
    former->kill();
    CAF_REQUIRE(servers.has_left(*former));
  });
}

CAF_TEST(a master that is frozen is left and not returned to) {
  with_sentinels(hasty(), [](auto& servers, auto&, auto&) {
    auto* former = servers.master();
    former->freeze();
    CAF_REQUIRE(servers.has_left(*former));
    // It takes itself for the master still.
    former->thaw();
  });
}

CAF_TEST(a sentinel that dies with its master and comes back later takes nothing back) {
  with_sentinels(hasty(), [](auto& servers, auto&, auto&) {
    auto* former = servers.master();
    auto& with_it = servers.sentinel(0); // to which the links lead
    with_it.kill();
    former->kill();
    auto ask = [&] {
      return servers.sentinel(1).command({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"});
    };
    CAF_CHECK(eventually([&] { return ask().back() != former->port_text(); }));
    with_it.start();
    CAF_REQUIRE(servers.has_left(*former));
  });
}
