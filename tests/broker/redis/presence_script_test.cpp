#define CAF_SUITE presence_script_test

#include "atrium/broker/presence_packet.hpp"
#include "atrium/broker/redis/presence_script.hpp"
#include "atrium/broker/redis/scripts.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_fixture.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::string_literals;

namespace {

using lines = std::vector<std::string>;

const presence_room lobby{"a \"room\"/\\ \xC3\xA9", "{n:room:x}", presence_mode::full};
const presence_room stadium{"stadium", "{n:room:stadium}", presence_mode::count};

constexpr std::string_view entries = "{n:room:x}:presence";
constexpr std::string_view users = "{n:room:x}:users";

// A server and somebody who hears what is told in the rooms.
struct subject {
  explicit subject(const redis_server& on) : server(on) {
    CAF_REQUIRE(here.is_subscribed() && there.is_subscribed());
  }

  // Calls the script as a node does; the answer in words.
  std::string call(std::string_view lease, const presence_room& where, const std::string& user,
                   std::string_view value) const {
    auto answer
      = server.command({"EVAL", presence_script, "2", presence_key(where.channel),
                        presence_users_key(where.channel), lease, where.name, where.channel,
                        where.mode == presence_mode::full ? "f" : "c", "PUBLISH", user, value});
    return answer.size() == 4 ? answer[1] + answer[2] + answer[3] : "error";
  }

  // What the member has heard, after a message that comes last.
  static lines heard(const bus_member& by, std::size_t count) {
    eventually([&] { return by.probe->messages().size() >= count; });
    lines result;
    for (auto& x : by.probe->messages()) {
      auto told = decode_presence(x);
      CAF_REQUIRE(told);
      auto& what = told->change;
      CAF_CHECK_EQUAL(x, encode_presence(room_of(x), what));
      auto names = std::string{"+-#"};
      result.push_back(names[static_cast<std::size_t>(what.what)] + what.user
                       + std::to_string(what.present));
    }
    return result;
  }

  static std::string room_of(const std::string& packet) {
    return packet.find("stadium") == packet.npos ? lobby.name : stadium.name;
  }

  const redis_server& server;
  own_bus bus{quick_config(server)};
  bus_member here{bus, lobby.channel};
  bus_member there{bus, stadium.channel};
};

} // namespace

CAF_TEST(one user on two nodes comes once and goes once) {
  with_redis([](redis_server& server) {
    subject x{server};
    CAF_CHECK_EQUAL(x.call("r.1", lobby, "ann", "1 500 {}"), "101"s);
    CAF_CHECK_EQUAL(x.call("s.1", lobby, "ann", "2 400 "), "001"s);
    CAF_CHECK_EQUAL(x.call("r.1", lobby, "bob", "1 700 "), "102"s);
    CAF_CHECK_EQUAL(server.ask({"HGET", entries, "s.1/ann"}), "2 400 "s);
    CAF_CHECK_EQUAL(server.ask({"HGET", users, "ann"}), "2"s);
    CAF_CHECK_EQUAL(x.call("r.1", lobby, "ann", ""), "002"s);
    CAF_CHECK_EQUAL(x.call("s.1", lobby, "ann", ""), "011"s);
    CAF_CHECK_EQUAL(x.call("r.1", lobby, "bob", ""), "010"s);
    CAF_CHECK_EQUAL(x.heard(x.here, 4), (lines{"+ann1", "+bob2", "-ann1", "-bob0"}));
    CAF_CHECK_EQUAL(server.command({"KEYS", "*"}), lines{"0"});
  });
}

CAF_TEST(repeated calls change nothing and tell nobody) {
  with_redis([](redis_server& server) {
    subject x{server};
    x.call("r.1", lobby, "ann", "1 500 {}");
    CAF_CHECK_EQUAL(x.call("r.1", lobby, "ann", "1 500 {}"), "001"s);
    CAF_CHECK_EQUAL(x.call("r.1", lobby, "ann", "2 500 {}"), "001"s);
    CAF_CHECK_EQUAL(server.ask({"HGET", entries, "r.1/ann"}), "2 500 {}"s);
    x.call("r.1", lobby, "ann", "");
    CAF_CHECK_EQUAL(x.call("r.1", lobby, "ann", ""), "000"s);
    CAF_CHECK_EQUAL(x.call("r.9", lobby, "nobody", ""), "000"s);
    CAF_CHECK_EQUAL(x.heard(x.here, 2), (lines{"+ann1", "-ann0"}));
    CAF_CHECK_EQUAL(server.command({"KEYS", "*"}), lines{"0"});
  });
}

CAF_TEST(a room that only counts is told the number) {
  with_redis([](redis_server& server) {
    subject x{server};
    server.command({"EVAL", presence_script, "2", presence_key(stadium.channel),
                    presence_users_key(stadium.channel), "r.1", "stadium", stadium.channel, "c",
                    "PUBLISH", "ann", "1", "bob", "1", "eve", "1"});
    CAF_CHECK_EQUAL(x.call("r.1", stadium, "ann", "1"), "003"s);
    CAF_CHECK_EQUAL(x.call("r.1", stadium, "ann", ""), "012"s);
    CAF_CHECK_EQUAL(x.heard(x.there, 2), (lines{"#3", "#2"}));
  });
}

CAF_TEST(names are told as they are) {
  with_redis([](redis_server& server) {
    subject x{server};
    lines expected;
    std::size_t present = 0;
    for (auto& name : {"a/b"s, "\"q\""s, "back\\slash"s, "\xE2\x82\xAC{}"s, "% %s $1"s, "r.1/x"s,
                       std::string(128, 'u'), "\x7F"s}) {
      x.call("r.1", lobby, name, "1 1 ");
      expected.push_back("+" + name + std::to_string(++present));
    }
    CAF_CHECK_EQUAL(x.heard(x.here, expected.size()), expected);
  });
}

CAF_TEST(a server without memory takes all of a call or nothing) {
  with_redis([](redis_server& server) {
    subject x{server};
    x.call("r.1", lobby, "ann", "1 500 {}");
    server.command({"CONFIG", "SET", "maxmemory", "1"});
    CAF_CHECK_EQUAL(x.call("r.1", lobby, "bob", "1 500 {}"), "error"s);
    CAF_CHECK_EQUAL(x.call("r.1", lobby, "ann", ""), "010"s); // makes room
    CAF_CHECK_EQUAL(x.heard(x.here, 2), (lines{"+ann1", "-ann0"}));
    CAF_CHECK_EQUAL(server.command({"KEYS", "*"}), lines{"0"});
  });
}

CAF_TEST(entries are read as they were written) {
  auto entry = read_presence_entry("r.1/a/b", "12 1700000000000 {\"x\": 1}");
  CAF_REQUIRE(entry);
  CAF_CHECK_EQUAL(entry->lease_id, "r.1");
  CAF_CHECK_EQUAL(entry->user, "a/b");
  CAF_CHECK_EQUAL(entry->connections, 12u);
  CAF_CHECK_EQUAL(entry->since.time_since_epoch().count(), 1'700'000'000'000);
  CAF_CHECK_EQUAL(entry->info, "{\"x\": 1}");
  for (auto* value : {"", "1", "1 ", "1 2", "x 2 ", "-1 2 ", " 1 2 ", "99999999999999999999 1 "})
    CAF_CHECK(!read_presence_entry("r.1/a", value));
  CAF_CHECK(!read_presence_entry("r.1", "1 2 "));
}
