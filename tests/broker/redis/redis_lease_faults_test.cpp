#define CAF_SUITE redis_lease_faults_test

#include "caf/test/unit_test.hpp"
#include "support/lease_node.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

constexpr auto leases = "{dev:atrium:nodes}:leases";
constexpr auto seen = "{dev:atrium:nodes}:seen";

std::string in(std::chrono::milliseconds time) {
  using namespace std::chrono;
  auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch());
  return std::to_string((now + time).count());
}

} // namespace

CAF_TEST(a clock that was set back keeps nobody dead alive) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    CAF_CHECK(a.hears({"a.1"}));
    // All that was written before is an hour ahead.
    server.command({"EVAL",
                    "redis.call('ZADD', KEYS[1], ARGV[1], 'd.1', ARGV[1], 'a.1') "
                    "redis.call('SET', KEYS[2], ARGV[1])",
                    "2", leases, seen, in(1h)});
    CAF_CHECK(eventually([&] { return a.lease().stats().claimed == 1; }));
    CAF_CHECK(a.hears({"a.1"}));
  });
}

CAF_TEST(a clock that leaps ahead makes nobody dead) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    lease_node b{server, "b", 1h};
    CAF_CHECK(a.hears({"a.1"}) && b.hears({"b.1"}));
    // All that was written before is an hour and more behind.
    server.command({"EVAL",
                    "redis.call('ZADD', KEYS[1], ARGV[1], 'a.1', ARGV[1], 'b.1') "
                    "redis.call('SET', KEYS[2], ARGV[2])",
                    "2", leases, seen, in(-1h), in(-2h)});
    auto is_ahead = [&](const char* id) { return server.ask({"ZSCORE", leases, id}) > in(0s); };
    CAF_CHECK(eventually([&] { return is_ahead("a.1") && is_ahead("b.1"); }));
    CAF_CHECK_EQUAL(a.lease().stats().lost, 0U);
    CAF_CHECK_EQUAL(a.lease().stats().claimed, 0U);
  });
}

CAF_TEST(nobody is dead because Redis was away) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    lease_node b{server, "b"};
    CAF_CHECK(a.hears({"a.1"}) && b.hears({"b.1"}));
    server.freeze();
    CAF_CHECK(a.doubts({"a.1"}) && b.doubts({"b.1"}));
    server.thaw();
    CAF_CHECK(a.hears({"a.1"}) && b.hears({"b.1"}));
    CAF_CHECK_EQUAL(a.lease().stats().claimed + b.lease().stats().claimed, 0U);
  });
}

CAF_TEST(a lost link is doubt and the lease is the same afterwards) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a", 1h};
    CAF_CHECK(a.hears({"a.1"}));
    server.freeze(); // until the link is given up
    CAF_CHECK(a.doubts({"a.1"}));
    server.thaw();
    CAF_CHECK(a.hears({"a.1"}));
    CAF_CHECK_EQUAL(a.lease().stats().lost, 0U);
  });
}

CAF_TEST(a Redis that has lost its data gets a new lease) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    CAF_CHECK(a.hears({"a.1"}));
    server.command({"FLUSHALL"});
    CAF_CHECK(a.hears({"a.1", "a.2"}));
    CAF_CHECK_EQUAL(a.lease().stats().lost, 1U);
  });
}

CAF_TEST(a Redis that has started anew gets a new lease) {
  if (!redis_server::is_installed())
    return;
  redis_server server{true};
  lease_node a{server, "a", 1h};
  CAF_CHECK(a.hears({"a.1"}));
  server.kill();
  CAF_CHECK(a.doubts({"a.1"}));
  server.start();
  CAF_CHECK(a.hears({"a.1", "a.2"}));
  // Nobody has taken it for dead, and the old one ends in its time.
  CAF_CHECK_EQUAL(a.lease().stats().lost, 0U);
  CAF_CHECK_EQUAL(server.command({"ZRANGE", leases, "0", "-1"}), (lines{"2", "a.1", "a.2"}));
}

CAF_TEST(a Redis that refuses the lease is asked again) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    CAF_CHECK(a.hears({"a.1"}));
    server.command({"ACL", "SETUSER", "default", "-zadd"});
    CAF_CHECK(a.doubts({"a.1"}));
    CAF_CHECK(eventually([&] { return a.lease().stats().refused > 3; }));
    server.command({"ACL", "SETUSER", "default", "+zadd"});
    CAF_CHECK(a.hears({"a.1"}));
  });
}

CAF_TEST(a Redis without memory is no end of a lease) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    CAF_CHECK(a.hears({"a.1"}));
    server.command({"CONFIG", "SET", "maxmemory", "1"});
    CAF_CHECK(a.doubts({"a.1"}));
    server.command({"CONFIG", "SET", "maxmemory", "0"});
    CAF_CHECK(a.hears({"a.1"}));
  });
}

CAF_TEST(flushed scripts are loaded again) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    CAF_CHECK(a.hears({"a.1"}));
    server.command({"SCRIPT", "FLUSH"});
    auto first = server.ask({"ZSCORE", leases, "a.1"});
    CAF_CHECK(eventually([&] { return server.ask({"ZSCORE", leases, "a.1"}) > first; }));
    CAF_CHECK(a.hears({"a.1"}));
  });
}

CAF_TEST(a stop without Redis takes no longer than its patience) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    CAF_CHECK(a.hears({"a.1"}));
    server.freeze();
    a.stop(20ms);
    CAF_CHECK(!a.lease().stats().held);
    server.thaw();
  });
}
