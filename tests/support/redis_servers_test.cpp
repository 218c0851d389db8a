#define CAF_SUITE redis_servers_test

#include "caf/test/unit_test.hpp"
#include "support/cluster_servers.hpp"
#include "support/redis_kinds.hpp"
#include "support/sentinel_servers.hpp"
#include "support/subscriber_log.hpp"

#include <map>
#include <set>

// What other tests rely on when they break something in Redis.

using namespace atrium::test;
using namespace std::chrono_literals;

CAF_TEST(all that ask for a kind share it and find it empty) {
  if (!redis_server::is_installed())
    return;
  const std::map<std::string, std::string> beginnings{
    {"plain", "redis://127"},          {"unix", "unix:///"},         {"tls", "rediss://"},
    {"sentinel", "redis-sentinel://"}, {"cluster", "redis-cluster"}, {"several", "redis://127"},
  };
  for (auto& kind : shared_redis::kinds()) {
    if (kind == "tls" && !redis_server::has_tls())
      continue;
    shared_redis one{kind};
    CAF_CHECK(one.place().addresses.front().starts_with(beginnings.at(kind)));
    CAF_CHECK_EQUAL(one.place().addresses.size(), kind == "several" ? 2u : 1u);
    CAF_CHECK_EQUAL(one.place().cert.empty(), kind != "tls");
    one.command({"SET", "{a}", "1"});
    shared_redis same{kind};
    CAF_CHECK(same.place().addresses == one.place().addresses);
    CAF_CHECK(same.command({"GET", "{a}"}) == std::vector<std::string>{"1"});
    same.clear();
    CAF_CHECK(one.command({"GET", "{a}"}) == std::vector<std::string>{"0"}); // nil
  }
}

CAF_TEST(a server with certificates talks to nobody without one) {
  if (!redis_server::is_installed() || !redis_server::has_tls())
    return;
  temporary_folder folder;
  authority ca{folder, "ca"};
  redis_server_setup setup;
  setup.tls = redis_tls{ca.issue("DNS:localhost"), ca.issue("DNS:client")};
  with_free_ports(1, [&](auto& ports) {
    setup.port = ports[0];
    redis_server server{setup};
    auto place = server.place("ann:pw@");
    CAF_CHECK_EQUAL(place.addresses[0], "rediss://ann:pw@localhost:" + server.port_text());
    CAF_CHECK(place.ca == setup.tls->server.ca && place.cert == setup.tls->client->cert);
    CAF_CHECK_EQUAL(server.ask({"PING"}), "PONG");
    CAF_CHECK(server.command({"CONFIG", "GET", "tls-auth-clients"}).back() == "yes");
  });
}

CAF_TEST(Sentinels promote a replica when they are told to and when the master dies) {
  if (!redis_server::is_installed())
    return;
  sentinel_servers servers{{2, 500ms, {}}};
  auto* first = servers.master();
  CAF_REQUIRE(first != nullptr);
  CAF_CHECK_EQUAL(servers.replicas().size(), 2u);
  first->ask({"SET", "x", "1"});
  servers.fail_over();
  auto* second = servers.master();
  CAF_REQUIRE(second != nullptr && second != first);
  CAF_CHECK_EQUAL(second->ask({"SET", "y", "2"}), "OK");
  second->kill();
  CAF_CHECK(servers.has_left(*second));
  CAF_REQUIRE(servers.master() != nullptr);
  CAF_CHECK_EQUAL(servers.master()->ask({"GET", "x"}), "1");
}

CAF_TEST(a slot of a Cluster moves with its keys) {
  if (!redis_server::is_installed())
    return;
  cluster_servers servers;
  auto slot = servers.slot_of("{x}");
  auto from = servers.owner_of("{x}");
  auto to = (from + 1) % servers.size();
  for (int i = 0; i < 250; ++i)
    servers.at(from).ask({"SET", "{x}" + std::to_string(i), "1"});
  servers.begin_move(slot, to);
  servers.move_keys(slot, to, 10);
  auto moved = [&](std::size_t at) {
    return servers.at(at).ask({"CLUSTER", "COUNTKEYSINSLOT", std::to_string(slot)});
  };
  CAF_CHECK(moved(to) == "10" && moved(from) == "240");
  CAF_CHECK(servers.at(from).ask({"GET", "{x}none"}).starts_with("ASK "));
  CAF_CHECK_EQUAL(servers.owner_of(slot), from);
  servers.move_keys(slot, to);
  servers.end_move(slot, to);
  CAF_CHECK_EQUAL(servers.owner_of("{x}"), to);
  CAF_CHECK_EQUAL(moved(to), "250");
  CAF_CHECK(servers.at(from).ask({"GET", "{x}1"}).starts_with("MOVED "));
  servers.move_slot(slot, from);
  CAF_CHECK_EQUAL(servers.owner_of(slot), from);
}

CAF_TEST(a replica of a Cluster takes over when it is told to and when its master dies) {
  if (!redis_server::is_installed())
    return;
  cluster_servers servers{{3, 1, 1000ms, {}}};
  auto master = servers.owner_of("{x}");
  auto replica = 3 + master;
  CAF_CHECK_EQUAL(servers.at(master).ask({"SET", "{x}", "1"}), "OK");
  servers.fail_over(replica);
  CAF_CHECK_EQUAL(servers.owner_of("{x}"), replica);
  CAF_CHECK_EQUAL(servers.at(replica).ask({"SET", "{x}", "2"}), "OK");
  CAF_CHECK(eventually([&] { return servers.at(master).ask({"DBSIZE"}) == "1"; }));
  servers.at(replica).kill();
  CAF_CHECK(eventually([&] { return servers.owner_of("{x}") == master; }));
  CAF_CHECK_EQUAL(servers.at(master).ask({"GET", "{x}"}), "2");
}
