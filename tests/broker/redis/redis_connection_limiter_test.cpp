#define CAF_SUITE redis_connection_limiter_test

#include "caf/test/unit_test.hpp"
#include "support/limiter_probe.hpp"

#include <thread>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

// Two nodes on one Redis with at most two connections of a user.
struct two_nodes {
  explicit two_nodes(surplus_policy policy = surplus_policy::reject,
                     std::chrono::milliseconds lease = 60s)
    : here(limiter_on(server, at_here.rules("n1", 2, policy), lease)),
      there(
        std::make_unique<own_limiter>(limiter_on(server, at_there.rules("n2", 2, policy), lease))) {
    // nop
  }

  bool connected() {
    return eventually([&] { return here.stats().connected && there->stats().connected; });
  }

  redis_server server;
  limiter_probe at_here;
  limiter_probe at_there;
  own_limiter here;
  std::unique_ptr<own_limiter> there;
};

} // namespace

CAF_TEST(the connections of all nodes count) {
  if (!redis_server::is_installed())
    return;
  two_nodes nodes;
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 1));
  CAF_CHECK(nodes.at_there.enter(*nodes.there, "ann", 1));
  CAF_CHECK(!nodes.at_there.enter(*nodes.there, "ann", 2));
  CAF_CHECK(!nodes.at_here.enter(nodes.here, "ann", 2));
  nodes.there->leave("ann", 1);
  CAF_CHECK(eventually([&] { return nodes.at_here.enter(nodes.here, "ann", 3); }));
}

CAF_TEST(of many who come at once exactly so many are let in) {
  if (!redis_server::is_installed())
    return;
  two_nodes nodes;
  std::atomic<int> admitted = 0;
  auto storm = [&](limiter_probe& probe, connection_limiter& at) {
    for (std::uint64_t i = 1; i <= 50; ++i)
      if (probe.enter(at, "ann", i))
        ++admitted;
  };
  std::thread other{[&] { storm(nodes.at_there, *nodes.there); }};
  storm(nodes.at_here, nodes.here);
  other.join();
  CAF_CHECK_EQUAL(admitted.load(), 2);
}

CAF_TEST(the oldest goes on whichever node it is) {
  if (!redis_server::is_installed())
    return;
  two_nodes nodes{surplus_policy::kick_oldest};
  CAF_CHECK(nodes.at_there.enter(*nodes.there, "ann", 1));
  CAF_CHECK(eventually([&] {
    return nodes.server.ask({"HLEN", "{dev:atrium:user:ann}:connections"}) == "1";
  }));
  let_a_millisecond_pass();
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 1));
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 2));
  CAF_CHECK(nodes.at_here.has_evicted("n2-1"));
}

CAF_TEST(places of a node that is gone are free after the lease) {
  if (!redis_server::is_installed())
    return;
  two_nodes nodes{surplus_policy::reject, 1s};
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 1));
  nodes.server.command(
    {"HSET", "{dev:atrium:user:ann}:connections", "crashed-1",
     "1:" + std::to_string(std::chrono::system_clock::now().time_since_epoch() / 1ms + 1'500)});
  CAF_CHECK(!nodes.at_here.enter(nodes.here, "ann", 2));
  CAF_CHECK(eventually([&] { return nodes.at_here.enter(nodes.here, "ann", 3); }));
}

CAF_TEST(places of a run that is known to be dead are free at once) {
  if (!redis_server::is_installed())
    return;
  redis_server server;
  limiter_probe probe;
  std::atomic<bool> is_dead = false;
  auto config = limiter_on(server, probe.rules("n1", 1, surplus_policy::reject), 60s);
  config.dead_runs = [&] {
    using runs = std::vector<std::string>;
    return std::make_shared<const runs>(is_dead ? runs{"n3", "n2"} : runs{});
  };
  own_limiter here{std::move(config)};
  own_limiter there{limiter_on(server, probe.rules("n2", 1, surplus_policy::reject), 60s)};
  CAF_CHECK(eventually([&] { return here.stats().connected && there.stats().connected; }));
  CAF_CHECK(probe.enter(there, "ann", 1));
  CAF_CHECK(!probe.enter(here, "ann", 1));
  is_dead = true;
  // Not that of somebody who is silent: that one is asked first.
  CAF_CHECK(probe.ask(here, "ann", {2, false}).admitted);
  is_dead = false;
  CAF_CHECK(!probe.enter(here, "ann", 3));
}

CAF_TEST(a run that was taken for dead takes its places anew) {
  if (!redis_server::is_installed())
    return;
  redis_server server;
  limiter_probe probe;
  auto config = limiter_on(server, probe.rules("n1", 2, surplus_policy::reject), 1s);
  config.dead_runs = [] { return std::make_shared<const std::vector<std::string>>(1, "n2"); };
  own_limiter here{std::move(config)};
  own_limiter there{limiter_on(server, probe.rules("n2", 2, surplus_policy::reject), 1s)};
  CAF_CHECK(eventually([&] { return here.stats().connected && there.stats().connected; }));
  CAF_CHECK(probe.enter(there, "ann", 1));
  CAF_CHECK(probe.enter(here, "ann", 1));
  auto places = [&] { return server.ask({"HLEN", "{dev:atrium:user:ann}:connections"}); };
  CAF_CHECK(eventually([&] { return places() == "2"; }));
  CAF_CHECK(probe.evicted().empty());
}

CAF_TEST(places from before the clock was set back last for one more lease) {
  if (!redis_server::is_installed())
    return;
  two_nodes nodes{surplus_policy::reject, 2s};
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 1));
  auto later = std::chrono::system_clock::now().time_since_epoch() / 1ms + 3'600'000;
  nodes.server.command({"HSET", "{dev:atrium:user:ann}:connections", "crashed-1",
                        std::to_string(later) + ':' + std::to_string(later + 2'000)});
  CAF_CHECK(!nodes.at_here.enter(nodes.here, "ann", 2));
  CAF_CHECK(eventually([&] { return nodes.at_here.enter(nodes.here, "ann", 3); }));
  CAF_CHECK(nodes.at_here.evicted().empty());
}

CAF_TEST(places are kept for longer than the lease) {
  if (!redis_server::is_installed())
    return;
  two_nodes nodes{surplus_policy::reject, 2s};
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 1));
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 2));
  CAF_CHECK(!eventually([&] { return nodes.at_there.enter(*nodes.there, "ann", 9); }, 4s));
  CAF_CHECK(nodes.at_here.evicted().empty());
}

CAF_TEST(who leaves as the node stops is gone at once) {
  if (!redis_server::is_installed())
    return;
  two_nodes nodes;
  CAF_CHECK(nodes.at_there.enter(*nodes.there, "ann", 1));
  CAF_CHECK(nodes.at_there.enter(*nodes.there, "ann", 2));
  nodes.there->leave("ann", 1);
  nodes.there->leave("ann", 2);
  nodes.there->stop(1s);
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 1));
}

CAF_TEST(a Redis that has lost everything learns it again) {
  if (!redis_server::is_installed())
    return;
  two_nodes nodes{surplus_policy::reject, 2s};
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 1));
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 2));
  nodes.server.kill();
  nodes.server.start();
  CAF_CHECK(eventually([&] {
    return nodes.server.ask({"HLEN", "{dev:atrium:user:ann}:connections"}) == "2";
  }));
  CAF_CHECK(!nodes.at_there.enter(*nodes.there, "ann", 1));
}

CAF_TEST(a flushed script is loaded again) {
  if (!redis_server::is_installed())
    return;
  two_nodes nodes;
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 1));
  nodes.server.command({"SCRIPT", "FLUSH"});
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 2));
  CAF_CHECK(eventually([&] { return nodes.here.stats().connected; }));
  CAF_CHECK(nodes.at_there.enter(*nodes.there, "bob", 1));
}

CAF_TEST(without Redis a node counts its own and makes up for it later) {
  if (!redis_server::is_installed())
    return;
  two_nodes nodes{surplus_policy::reject, 2s};
  CAF_REQUIRE(nodes.connected());
  nodes.server.kill();
  for (std::uint64_t i = 1; i <= 2; ++i) {
    CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", i));
    CAF_CHECK(nodes.at_there.enter(*nodes.there, "ann", i));
  }
  CAF_CHECK(!nodes.at_here.enter(nodes.here, "ann", 3));
  CAF_CHECK(eventually([&] { return nodes.here.stats().alone >= 3; }));
  nodes.server.start();
  CAF_CHECK(eventually(
    [&] { return !nodes.at_here.evicted().empty() || !nodes.at_there.evicted().empty(); }));
}

CAF_TEST(a Redis that refuses the script leaves it to the node) {
  if (!redis_server::is_installed())
    return;
  redis_server server;
  server.command({"ACL", "SETUSER", "default", "-@scripting"});
  limiter_probe probe;
  own_limiter node{limiter_on(server, probe.rules("n1", 2, surplus_policy::reject))};
  CAF_CHECK(probe.enter(node, "ann", 1));
  CAF_CHECK(probe.enter(node, "ann", 2));
  CAF_CHECK(!probe.enter(node, "ann", 3));
  CAF_CHECK(eventually([&] { return node.stats().alone == 3; }));
  CAF_CHECK(!node.stats().connected);
}

CAF_TEST(after Redis has lost everything the policy decides by age) {
  if (!redis_server::is_installed())
    return;
  for (auto policy : {surplus_policy::reject, surplus_policy::kick_oldest})
    for (auto crash : {false, true}) {
      two_nodes nodes{policy, 2s};
      CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 1));
      CAF_CHECK(nodes.at_there.enter(*nodes.there, "ann", 1));
      if (crash) {
        nodes.server.kill();
        nodes.server.start();
        CAF_REQUIRE(nodes.connected());
      } else {
        nodes.server.command({"FLUSHALL"});
      }
      auto rejects = policy == surplus_policy::reject;
      if (!nodes.at_there.enter(*nodes.there, "ann", 2)) {
        CAF_CHECK(rejects && crash); // all places were known again in time
        continue;
      }
      auto evicted = [&] {
        auto result = nodes.at_here.evicted();
        for (auto& x : nodes.at_there.evicted())
          result.push_back(x);
        return result;
      };
      CAF_CHECK(eventually([&] { return !evicted().empty(); }, 5s));
      for (auto& x : evicted())
        CAF_CHECK_EQUAL(x, rejects ? "n2-2" : "n1-1");
    }
}

CAF_TEST(ages do not depend on clocks that disagree) {
  if (!redis_server::is_installed())
    return;
  two_nodes nodes{surplus_policy::kick_oldest};
  auto tomorrow = std::chrono::system_clock::now().time_since_epoch() / 1ms + 86'400'000;
  auto since = std::to_string(tomorrow);
  nodes.server.command({"HSET", "{dev:atrium:user:ann}:connections", "n3-1",
                        since + ":" + std::to_string(tomorrow + 60'000)});
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 1));
  CAF_CHECK(nodes.at_there.enter(*nodes.there, "ann", 1));
  CAF_CHECK(nodes.at_there.has_evicted("n3-1"));
  CAF_CHECK(nodes.at_here.enter(nodes.here, "ann", 2));
  CAF_CHECK(nodes.at_here.has_evicted("n1-1"));
}
