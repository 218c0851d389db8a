#define CAF_SUITE redis_history_refusal_test

#include "caf/test/unit_test.hpp"
#include "support/history_probe.hpp"
#include "support/least_rights.hpp"

#include <string>
#include <thread>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using redis_command = std::vector<std::string_view>;

} // namespace

CAF_TEST(what the server refuses is an error and nobody has seen it) {
  const std::vector<std::pair<redis_command, redis_command>> ways{
    {{"CONFIG", "SET", "maxmemory", "1"}, {"CONFIG", "SET", "maxmemory", "0"}},
    {{"CONFIG", "SET", "min-replicas-to-write", "1"},
     {"CONFIG", "SET", "min-replicas-to-write", "0"}},
    {{"RENAME", "room:h", "kept"}, {"RENAME", "kept", "room:h"}},
    {{"REPLICAOF", "127.0.0.1", "1"}, {"REPLICAOF", "NO", "ONE"}}};
  with_redis([&](redis_server& server) {
    auto run = [&](const redis_command& x) {
      return x.size() == 3 ? server.ask({x[0], x[1], x[2]}) : server.ask({x[0], x[1], x[2], x[3]});
    };
    own_bus node{quick_config(server)};
    bus_member ann{node, "room"};
    CAF_REQUIRE(ann.is_subscribed());
    std::uint64_t kept = 0;
    CAF_REQUIRE(keep(node, "room", entry("first")).at);
    for (auto& [breaks, mends] : ways) {
      CAF_CHECK_EQUAL(run(breaks), "OK");
      if (breaks.front() == "RENAME")
        server.command({"SET", "room:h", "no stream"});
      CAF_CHECK_EQUAL(keep(node, "room", entry("refused")).error, errc::bus_unavailable);
      CAF_CHECK_EQUAL(run(mends), "OK");
      CAF_REQUIRE(is_connected(node));
      auto receipt = keep(node, "room", entry("good"));
      CAF_REQUIRE(receipt.at);
      CAF_CHECK_EQUAL(receipt.at->offset, ++kept + 1);
    }
    auto page = ask(node, "room", {hundred, std::nullopt, 100});
    CAF_CHECK_EQUAL(page.messages.size(), 1 + ways.size());
    // Some may have come while the link for subscriptions was down.
    for (auto& x : ann.probe->messages())
      CAF_CHECK(x.find("refused") == x.npos);
  });
}

CAF_TEST(a server that is busy or away is waited for until the deadline) {
  with_redis([](redis_server& server) {
    auto config = quick_config(server);
    config.ping_timeout = 20s;
    own_bus node{config};
    auto epoch = keep_all(node, "room", {"a"});
    server.command({"CONFIG", "SET", "busy-reply-threshold", "1"});
    std::thread busy{[&] { server.command({"EVAL", "while true do end", "0"}); }};
    CAF_REQUIRE(eventually([&] { return server.ask({"PING"}).starts_with("BUSY"); }));
    awaited<publish_receipt> receipt;
    awaited<history_page> page;
    node.history()->append("room", entry("b"), receipt.handler());
    node.history()->read("room", since(epoch, 0), page.handler());
    CAF_CHECK_EQUAL(server.ask({"SCRIPT", "KILL"}), "OK");
    busy.join();
    CAF_CHECK(receipt.get().at == (position{epoch, 2}));
    CAF_CHECK_EQUAL(page.get().error, errc::none);
  });
  with_redis([](redis_server& server) {
    auto config = quick_config(server);
    config.publish_timeout = 100ms;
    own_bus node{config};
    keep_all(node, "room", {"a"});
    server.freeze();
    CAF_CHECK_EQUAL(keep(node, "room", entry("b")).error, errc::timeout);
    CAF_CHECK_EQUAL(ask(node, "room", where_it_is()).error, errc::timeout);
    server.thaw();
    CAF_CHECK_EQUAL(node.stats().pending, 0u);
  });
}

CAF_TEST(a node without logs says nothing about them) {
  with_redis([](redis_server& server) {
    own_bus node{quick_config(server)};
    CAF_REQUIRE(is_connected(node));
    CAF_CHECK_EQUAL(publish_and_wait(node, "room", "hi"), errc::none);
    CAF_CHECK(server.ask({"INFO", "commandstats"}).find("cmdstat_script") == std::string::npos);
  });
}

CAF_TEST(a script that is refused fails at once and works when it is allowed) {
  with_redis([](redis_server& server) {
    log_probe log;
    auto config = quick_config(server);
    config.ping_idle = 20ms;
    config.log = log.sink();
    server.command({"ACL", "SETUSER", "default", "-evalsha", "-script"});
    own_bus node{config};
    CAF_REQUIRE(is_connected(node));
    CAF_CHECK_EQUAL(keep(node, "room", entry("a")).error, errc::bus_unavailable);
    CAF_CHECK_EQUAL(ask(node, "room", where_it_is()).error, errc::bus_unavailable);
    CAF_CHECK(log.has("history_refused"));
    CAF_CHECK_EQUAL(publish_and_wait(node, "room", "hi"), errc::none);
    server.command({"ACL", "SETUSER", "default", "+@all"});
    CAF_CHECK(eventually([&] { return keep(node, "room", entry("b")).error == errc::none; }));
  });
}

CAF_TEST(the rights of the README are enough) {
  with_redis([](redis_server& server) {
    CAF_CHECK(grant_least_rights(server));
    log_probe log;
    own_bus node{least_rights_config(server, log)};
    const auto room = "{prod:chat:room:x}"s;
    bus_member ann{node, room};
    CAF_REQUIRE(ann.is_subscribed());
    auto epoch = keep_all(node, room, {"a", "b"});
    CAF_CHECK(keep(node, room, chosen("c")).at == (position{epoch, 3}));
    CAF_CHECK(ask(node, room, since(epoch, 0)).messages.size() == 3u);
    CAF_CHECK(ask(node, room, {hundred, std::nullopt, 1, 99, true}).messages.size() == 1u);
    for (auto* key : {":m", ":h"}) // as if lost
      server.command({"DEL", room + key});
    CAF_CHECK(ask(node, room, where_it_is()).top.offset == 0u);
    server.command({"DEL", room + ":m"});
    CAF_CHECK_EQUAL(keep(node, room, entry("d")).error, errc::none);
    CAF_CHECK(server.ask({"HGET", room + ":m", "g"}).size() == 40u);
    CAF_CHECK(!log.has("refused"));
  });
}
