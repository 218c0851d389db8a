#define CAF_SUITE slot_map_test

#include "atrium/broker/redis/cluster/key_slot.hpp"
#include "atrium/broker/redis/cluster/redirect.hpp"
#include "atrium/broker/redis/cluster/slot_map.hpp"
#include "atrium/broker/redis/resp.hpp"

#include "caf/test/unit_test.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace atrium;

namespace {

std::optional<slot_map> read(std::string_view bytes) {
  std::optional<slot_map> result;
  resp_reader reader;
  reader.feed(bytes, [&](resp_reply reply) {
    result = slot_map::of_cluster(reply, "asked");
    return true;
  });
  return result;
}

std::string name_of(const slot_map& x, std::size_t slot) {
  auto i = x.owner(slot);
  return i == slot_map::nobody ? "nobody" : x.servers()[i].name;
}

// The owner of each slot, when the slots are shared out to these.
std::vector<std::string> owners(const std::vector<std::string>& names) {
  std::vector<cluster_server> servers;
  for (auto& x : names)
    servers.push_back({x, 6379, x});
  auto map = slot_map::of_independent(servers);
  std::vector<std::string> result;
  for (std::size_t slot = 0; slot < slot_count; ++slot)
    result.push_back(name_of(map, slot));
  return result;
}

std::string redirected(std::string_view text) {
  resp_node node{resp_type::error, 0, text};
  auto x = read_redirect({&node, 1});
  if (!x)
    return "no";
  return (x->asks ? "ask " : "moved ") + std::to_string(x->slot) + ' ' + std::string{x->host} + ' '
         + std::to_string(x->port);
}

} // namespace

// With replicas, and what newer servers say of their names besides.
CAF_TEST(the answer of a cluster is read) {
  auto map
    = read("*3\r\n"
           "*4\r\n:0\r\n:99\r\n*4\r\n$1\r\na\r\n:7000\r\n$2\r\nid\r\n*2\r\n$2\r\nip\r\n$1\r\nx\r\n"
           "*3\r\n$1\r\nr\r\n:7003\r\n$2\r\nid\r\n"
           "*3\r\n:100\r\n:199\r\n*3\r\n$0\r\n\r\n:7001\r\n$2\r\nid\r\n"
           "*3\r\n:300\r\n:16383\r\n*4\r\n$-1\r\n:7002\r\n$2\r\nid\r\n*0\r\n");
  CAF_REQUIRE(map.has_value());
  CAF_CHECK_EQUAL(map->servers().size(), 3U);
  CAF_CHECK_EQUAL(name_of(*map, 0), "a:7000");
  CAF_CHECK_EQUAL(name_of(*map, 99), "a:7000");
  CAF_CHECK_EQUAL(name_of(*map, 100), "asked:7001");
  CAF_CHECK_EQUAL(name_of(*map, 200), "nobody");
  CAF_CHECK_EQUAL(name_of(*map, 16'383), "asked:7002");
}

CAF_TEST(ranges of one server are those of one server) {
  auto map = read("*3\r\n*3\r\n:0\r\n:1\r\n*2\r\n$1\r\na\r\n:1\r\n"
                  "*3\r\n:2\r\n:3\r\n*2\r\n$1\r\nb\r\n:1\r\n"
                  "*3\r\n:4\r\n:5\r\n*2\r\n$1\r\na\r\n:1\r\n");
  CAF_REQUIRE(map.has_value());
  CAF_CHECK_EQUAL(map->servers().size(), 2U);
  CAF_CHECK_EQUAL(map->owner(0), map->owner(5));
}

CAF_TEST(nobody has the slots of a server without a name) {
  auto map = read("*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n$1\r\n?\r\n:1\r\n");
  CAF_REQUIRE(map.has_value());
  CAF_CHECK(map->servers().empty());
  CAF_CHECK_EQUAL(name_of(*map, 0), "nobody");
}

CAF_TEST(nonsense is no map) {
  for (auto bytes :
       {"-ERR This instance has cluster support disabled\r\n", "+OK\r\n", ":1\r\n", "*1\r\n:1\r\n",
        "*1\r\n*2\r\n:0\r\n:1\r\n", "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\na\r\n:1\r\n",
        "*1\r\n*3\r\n:-1\r\n:1\r\n*2\r\n$1\r\na\r\n:1\r\n",
        "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n$1\r\na\r\n:65536\r\n",
        "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n:1\r\n:1\r\n", "*1\r\n*3\r\n:0\r\n:1\r\n*0\r\n"})
    CAF_CHECK(!read(bytes));
}

CAF_TEST(independent servers have as many slots as each other) {
  std::vector<std::string> names{"redis://a:6379"};
  for (auto name : {"redis://b:6379", "rediss://c", "unix:///run/d", "redis://e:1/2"}) {
    names.emplace_back(name);
    auto all = owners(names);
    for (auto& x : names) {
      auto slots = static_cast<double>(std::ranges::count(all, x));
      auto even = static_cast<double>(slot_count) / static_cast<double>(names.size());
      CAF_CHECK_LESS(slots, even * 1.05);
      CAF_CHECK_GREATER(slots, even * 0.95);
    }
  }
}

CAF_TEST(only the slots of a server that goes move) {
  auto before = owners({"a", "b", "c", "d"});
  auto after = owners({"a", "b", "d"});
  for (std::size_t slot = 0; slot < slot_count; ++slot)
    if (before[slot] == "c")
      CAF_CHECK_NOT_EQUAL(after[slot], "c");
    else
      CAF_REQUIRE_EQUAL(after[slot], before[slot]);
}

// What they are was computed once and must never change: nodes of several
// versions share servers.
CAF_TEST(all nodes share slots out alike) {
  auto all = owners({"a", "b", "c"});
  CAF_CHECK(owners({"c", "a", "b"}) == all);
  std::string some;
  for (std::size_t slot = 0; slot < slot_count; slot += 1'000)
    some += all[slot];
  CAF_CHECK_EQUAL(some, "bbbcbcbabaabacacc");
}

CAF_TEST(redirections are read) {
  CAF_CHECK_EQUAL(redirected("MOVED 3999 127.0.0.1:6381"), "moved 3999 127.0.0.1 6381");
  CAF_CHECK_EQUAL(redirected("ASK 16383 redis.example:1"), "ask 16383 redis.example 1");
  CAF_CHECK_EQUAL(redirected("MOVED 1 ::1:6381"), "moved 1 ::1 6381");
  CAF_CHECK_EQUAL(redirected("MOVED 1 [fe80::1]:6381"), "moved 1 fe80::1 6381");
  CAF_CHECK_EQUAL(redirected("MOVED 1 :6381"), "moved 1  6381");
  for (auto text : {"MOVED 1 ?:6381", "MOVED 16384 a:1", "MOVED 1 a:65536", "MOVED 1 a", "MOVED 1",
                    "MOVED", "MOVED x a:1", "MOVED 1 a:", "ASKED 1 a:1", "ERR MOVED 1 a:1"})
    CAF_CHECK_EQUAL(redirected(text), "no");
}
