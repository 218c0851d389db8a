#define CAF_SUITE redis_node_registry_test

#include "caf/test/unit_test.hpp"
#include "support/registry_member.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

constexpr auto heartbeats = "{dev:atrium:nodes}:beats";
constexpr auto reports = "{dev:atrium:nodes}:reports";

// Writes down a node that has been silent for so long.
void add_silent(const redis_server& server, const std::string& run, std::chrono::milliseconds age) {
  using namespace std::chrono;
  auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch());
  server.command({"ZADD", heartbeats, std::to_string((now - age).count()), run});
  server.command({"HSET", reports, run, R"({"node":"of )" + run + R"("})"});
}

} // namespace

CAF_TEST(a crash before the clock was set back is noticed) {
  with_redis([](redis_server& server) {
    add_silent(server, "crashed", -1h);
    registry_member a{server, "a"};
    CAF_CHECK(a.lists({"a", "crashed"}));
    CAF_CHECK(a.lists({"a", "crashed!"}));
    CAF_CHECK(a.lists({"a"}));
  });
}

CAF_TEST(a name that is used twice is two rows) {
  with_redis([](redis_server& server) {
    registry_member a{server, "a"};
    auto config = registry_config(server, "b", {20ms, 1s, 1s});
    config.report = [] { return node_info{"of a", "b", "1", 0, 0, 0, 0, 0, "", ""}; };
    own_node_registry twin{std::move(config)};
    twin.start();
    CAF_CHECK(a.lists({"a", "b"}));
  });
}

CAF_TEST(a node that has not started is not announced) {
  with_redis([](redis_server& server) {
    own_node_registry shy{registry_config(server, "a", {20ms, 1s, 1s})};
    registry_member b{server, "b"};
    CAF_CHECK(b.lists({"b"}));
    CAF_CHECK(eventually([&] { return b.registry.stats().heartbeats > 3; }));
    CAF_CHECK(b.lists({"b"}));
  });
}

CAF_TEST(a node that stops is gone at once) {
  with_redis([](redis_server& server) {
    registry_member a{server, "a"};
    registry_member b{server, "b"};
    CAF_CHECK(a.lists({"a", "b"}));
    b.registry.stop(5s);
    CAF_CHECK_EQUAL(a.runs(), lines{"a"});
    CAF_CHECK_EQUAL(server.ask({"HEXISTS", reports, "b"}), "0");
    auto after = b.list();
    CAF_CHECK_EQUAL(after.nodes.size(), 1U);
    CAF_CHECK_NOT_EQUAL(after.error, "");
  });
}

CAF_TEST(a node without heartbeats falls silent and is forgotten later) {
  with_redis([](redis_server& server) {
    registry_member a{server, "a"};
    // A node that sends one heartbeat: its next heartbeat would be in an hour.
    registry_member b{server, "b", {1h, 1s, 1s}};
    CAF_CHECK(a.lists({"a", "b"}));
    CAF_CHECK(a.lists({"a", "b!"}));
    CAF_CHECK(a.lists({"a"}));
    CAF_CHECK_EQUAL(server.ask({"HEXISTS", reports, "b"}), "0");
  });
}

CAF_TEST(of too many silent nodes the last ones are kept) {
  with_redis([](redis_server& server) {
    for (int i = 0; i < 9; ++i)
      add_silent(server, std::to_string(i), 20s - 1s * i);
    registry_member a{server, "a", {20ms, 5s, 1h, 2}};
    CAF_CHECK(a.lists({"7!", "8!", "a"}));
    CAF_CHECK_EQUAL(server.ask({"HLEN", reports}), "3");
  });
}

CAF_TEST(the registry goes with the last node) {
  with_redis([](redis_server& server) {
    {
      registry_member a{server, "a", {20ms, 100ms, 100ms}};
      CAF_CHECK(a.lists({"a"}));
      add_silent(server, "b", 0s);
    }
    CAF_CHECK(eventually([&] { return server.ask({"EXISTS", heartbeats, reports}) == "0"; }));
  });
}

CAF_TEST(a Redis that starts anew learns who is there) {
  with_redis([](redis_server& server) {
    registry_member a{server, "a"};
    registry_member b{server, "b"};
    CAF_CHECK(a.lists({"a", "b"}));
    server.kill();
    CAF_CHECK(eventually([&] { return !a.registry.stats().connected; }));
    auto meanwhile = a.list(10ms);
    CAF_CHECK_EQUAL(meanwhile.nodes.size(), 2U);
    CAF_CHECK_EQUAL(meanwhile.error, "the link to Redis is down");
    server.start();
    CAF_CHECK(eventually([&] { return a.list().error.empty() && b.list().error.empty(); }));
    CAF_CHECK(a.lists({"a", "b"}));
  });
}

CAF_TEST(a Redis that hangs costs no more than the patience) {
  with_redis([](redis_server& server) {
    registry_member a{server, "a"};
    CAF_CHECK(a.lists({"a"}));
    server.freeze();
    auto start = std::chrono::steady_clock::now();
    auto listing = a.list(50ms);
    CAF_CHECK(std::chrono::steady_clock::now() - start < 2s);
    CAF_CHECK_EQUAL(listing.nodes.size(), 1U);
    CAF_CHECK_NOT_EQUAL(listing.error, "");
    server.thaw();
    CAF_CHECK(eventually([&] { return a.list().error.empty(); }));
  });
}

CAF_TEST(without Redis a node lists itself and says why) {
  with_redis([](redis_server& server) {
    server.kill();
    registry_member a{server, "a"};
    auto listing = a.list(10ms);
    CAF_REQUIRE_EQUAL(listing.nodes.size(), 1U);
    CAF_CHECK_EQUAL(listing.nodes[0].report.run, "a");
    CAF_CHECK_EQUAL(listing.error, "Redis has not answered yet");
  });
}

CAF_TEST(flushed scripts are loaded again) {
  with_redis([](redis_server& server) {
    registry_member a{server, "a"};
    CAF_CHECK(a.lists({"a"}));
    server.command({"SCRIPT", "FLUSH"});
    auto sent = a.registry.stats().heartbeats;
    CAF_CHECK(eventually([&] { return a.registry.stats().heartbeats > sent + 3; }));
  });
}

CAF_TEST(a Redis that refuses the heartbeat is told of) {
  with_redis([](redis_server& server) {
    server.command({"ACL", "SETUSER", "default", "-zadd"});
    registry_member a{server, "a"};
    CAF_CHECK(eventually([&] { return a.registry.stats().refused > 0; }));
    auto error = a.list().error;
    CAF_CHECK(error.starts_with("this node is not announced: "));
    server.command({"ACL", "SETUSER", "default", "+zadd"});
    CAF_CHECK(eventually([&] { return a.list().error.empty(); }));
  });
}

CAF_TEST(many who ask from many threads are all answered once) {
  with_redis([](redis_server& server) {
    registry_member a{server, "a"};
    std::atomic<int> answers = 0;
    {
      std::vector<std::jthread> requesters;
      for (int i = 0; i < 4; ++i)
        requesters.emplace_back([&] {
          for (int j = 0; j < 200; ++j)
            a.registry.list(1s, [&](const node_listing&) { ++answers; });
        });
    }
    a.registry.stop(5s);
    CAF_CHECK_EQUAL(answers.load(), 800);
  });
}
