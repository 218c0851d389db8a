#define CAF_SUITE server_facts_test

#include "atrium/broker/redis/check/server_facts.hpp"

#include "caf/test/unit_test.hpp"
#include "support/resp_nodes.hpp"

using namespace atrium;

namespace {

using test::array_reply;
using test::error_reply;

server_facts told(std::string version, std::string mode, std::string role = "master") {
  return {"redis", std::move(version), std::move(mode), std::move(role)};
}

// What is wrong at an address of that kind; empty: nothing.
std::string judged(const server_facts& x, redis_kind kind) {
  redis_report report;
  judge_kind(x, kind, report);
  auto found = report.worst_first();
  return found.empty() ? "" : found.front().text;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

} // namespace

CAF_TEST(HELLO tells what a server is) {
  auto x = read_hello(array_reply{"server", "redis", "version", "7.0.15", "proto", 2LL, "id", 3LL,
                                  "mode", "standalone", "role", "master", "modules", 0LL});
  CAF_REQUIRE(x.has_value());
  CAF_CHECK(describe(*x) == "Redis 7.0.15, a master");
  CAF_CHECK(!read_hello(error_reply{"NOAUTH"}));
  CAF_CHECK(!read_hello(array_reply{"server", "redis"}));
}

CAF_TEST(versions are compared as numbers) {
  for (auto old : {"2.8.19", "6.0.16", "6.1", "", "x"})
    CAF_CHECK(says(judged(told(old, "standalone"), redis_kind::server), "6.2 or newer"));
  for (auto sound : {"6.2.0", "6.10.1", "7.0.15", "10.0"})
    CAF_CHECK(judged(told(sound, "standalone"), redis_kind::server).empty());
  CAF_CHECK(says(judged(told("6.2.7", "cluster"), redis_kind::cluster), "7.0 or newer"));
  CAF_CHECK(judged(told("7.0.0", "cluster"), redis_kind::cluster).empty());
}

CAF_TEST(a server of another kind is told by its right name) {
  using enum redis_kind;
  auto sentinel_itself = told("7.0.15", "sentinel", "");
  CAF_CHECK(judged(sentinel_itself, sentinel).empty());
  for (auto kind : {redis_kind::server, cluster})
    CAF_CHECK(says(judged(sentinel_itself, kind), "redis-sentinel://"));
  CAF_CHECK(says(judged(told("7.0.15", "standalone"), sentinel), "not a sentinel"));
  CAF_CHECK(says(judged(told("7.0.15", "cluster"), redis_kind::server), "redis-cluster://"));
  CAF_CHECK(says(judged(told("7.0.15", "standalone"), cluster), "redis://host:port"));
}

CAF_TEST(a replica is no server for a node but in a cluster) {
  auto one = told("7.0.15", "standalone", "replica");
  CAF_CHECK(says(judged(one, redis_kind::server), "replica"));
  CAF_CHECK(judged(told("7.0.15", "cluster", "replica"), redis_kind::cluster).empty());
}

CAF_TEST(values of INFO are those of whole names) {
  constexpr auto info
    = "# Memory\r\nused_memory:1\r\nmaxmemory:2\r\nmaxmemory_policy:noeviction\r\n";
  CAF_CHECK(info_value(info, "maxmemory") == "2");
  CAF_CHECK(info_value(info, "maxmemory_policy") == "noeviction");
  CAF_CHECK(info_value(info, "memory") == std::nullopt);
  CAF_CHECK(info_value("aof_enabled:", "aof_enabled") == "");
}
