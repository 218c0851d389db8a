#define CAF_SUITE presence_reap_test

#include "atrium/broker/redis/scripts.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_fixture.hpp"

#include <algorithm>

using namespace atrium;
using namespace atrium::test;

namespace {

using lines = std::vector<std::string>;

constexpr auto presence_key = "r:presence";
constexpr auto users_key = "r:users";

// Puts users 1 to `count` into the room under a lease.
void enter(const redis_server& server, const std::string& lease_id, int count) {
  constexpr auto script = "for i = 1, ARGV[2] do "
                          "redis.call('HSET', KEYS[1], ARGV[1] .. '/' .. i, '1 1 ') "
                          "redis.call('HINCRBY', KEYS[2], i, 1) end";
  server.command({"EVAL", script, "2", presence_key, users_key, lease_id, std::to_string(count)});
}

// How many entries each of the calls removes that it takes to empty a lease.
std::vector<int> reap(const redis_server& server, const std::string& lease_id) {
  std::vector<int> result;
  std::string cursor = "0";
  while (cursor != "end" && result.size() < 10'000) {
    auto answer = server.command({"EVAL", presence_reap_script, "2", presence_key, users_key,
                                  cursor, lease_id, "r", "r", "f", "PUBLISH"});
    CAF_REQUIRE_EQUAL(answer.size(), 3U);
    cursor = answer[1];
    result.push_back(std::stoi(answer[2]));
  }
  return result;
}

int sum(const std::vector<int>& x) {
  int result = 0;
  for (auto n : x)
    result += n;
  return result;
}

} // namespace

CAF_TEST(large and small rooms are reaped in slices) {
  with_redis([](redis_server& server) {
    for (int users : {1, 199, 200, 201, 450, 5'000}) {
      enter(server, "d.1", users);
      auto slices = reap(server, "d.1");
      CAF_CHECK_EQUAL(sum(slices), users);
      auto largest = std::ranges::max(slices);
      CAF_CHECK(largest <= 200);
      CAF_CHECK(static_cast<int>(slices.size()) <= users / 50 + 1);
      CAF_CHECK_EQUAL(server.ask({"EXISTS", presence_key, users_key}), "0");
    }
  });
}

CAF_TEST(other leases are left alone) {
  with_redis([](redis_server& server) {
    enter(server, "d.1", 300);
    enter(server, "d.11", 2'000);
    enter(server, "dd.1", 10);
    CAF_CHECK_EQUAL(sum(reap(server, "d.1")), 300);
    CAF_CHECK_EQUAL(server.ask({"HLEN", presence_key}), "2010");
    CAF_CHECK_EQUAL(server.ask({"HGET", users_key, "5"}), "2");
    CAF_CHECK_EQUAL(server.ask({"HGET", users_key, "200"}), "1");
    CAF_CHECK_EQUAL(sum(reap(server, "d.1")), 0);
    CAF_CHECK_EQUAL(server.ask({"HGET", users_key, "200"}), "1");
  });
}

CAF_TEST(a server without memory refuses all of a call) {
  with_redis([](redis_server& server) {
    enter(server, "d.1", 10);
    server.command({"CONFIG", "SET", "maxmemory", "1"});
    server.command({"EVAL", presence_reap_script, "2", presence_key, users_key, "0", "d.1", "r",
                    "r", "f", "PUBLISH"});
    CAF_CHECK_EQUAL(server.ask({"HLEN", presence_key}), "10");
    CAF_CHECK_EQUAL(server.ask({"HGET", users_key, "3"}), "1");
    server.command({"CONFIG", "SET", "maxmemory", "0"});
    CAF_CHECK_EQUAL(sum(reap(server, "d.1")), 10);
  });
}
