#define CAF_SUITE redis_inbox_test

#include "atrium/broker/redis/inbox_context.hpp"
#include "atrium/broker/redis/script_queue.hpp"

#include "caf/test/unit_test.hpp"
#include "support/inbox_medium.hpp"
#include "support/least_rights.hpp"

#include <set>
#include <thread>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const inbox_rule usual{};

struct node {
  explicit node(const redis_server& server, inbox_rule rule = usual)
    : subject(inbox_config(server, rule)) {
    connected = eventually([&] { return subject.stats().connected; });
  }

  own_inbox subject;
  bool connected = false;
};

// Everything that is kept, page by page.
lines read_all(inbox& from_inbox, const std::string& user = "ann") {
  auto query = from("reader", user);
  query.after = "0-0";
  lines result;
  for (auto goes_on = true; goes_on;) {
    auto page = read(from_inbox, query);
    for (auto& x : events(page))
      result.push_back(x);
    goes_on = page.has_more && page.error == errc::none;
    if (goes_on)
      query.after = page.messages.back().id;
  }
  return result;
}

// Puts m1, m2, ... and calls `disturb` now and then. Returns what was stored.
template <class F>
lines put_through(inbox& to, int count, F disturb) {
  std::vector<awaited<inbox_receipt>> receipts(static_cast<std::size_t>(count));
  lines stored;
  for (int i = 0; i < count; ++i) {
    auto name = "m" + std::to_string(i + 1);
    to.put("ann", {bytes(packet_of(name)), name, false},
           receipts[static_cast<std::size_t>(i)].handler());
    if (i % 50 == 25)
      disturb();
  }
  for (int i = 0; i < count; ++i)
    if (receipts[static_cast<std::size_t>(i)].get().error == errc::none)
      stored.push_back("m" + std::to_string(i + 1));
  return stored;
}

} // namespace

CAF_TEST(a put whose answer was lost is recognised) {
  with_redis([](redis_server& server) {
    node here{server};
    auto stored = put_through(here.subject, 500, [&] {
      server.command({"CLIENT", "KILL", "TYPE", "normal"});
      std::this_thread::yield();
    });
    CAF_CHECK_EQUAL(stored.size(), 500u);
    CAF_CHECK(read_all(here.subject) == stored);
  });
}

CAF_TEST(a script that was flushed neither loses nor reorders anything) {
  with_redis([](redis_server& server) {
    node here{server};
    auto stored = put_through(here.subject, 500, [&] { server.command({"SCRIPT", "FLUSH"}); });
    CAF_CHECK_EQUAL(stored.size(), 500u);
    CAF_CHECK(read_all(here.subject) == stored);
  });
}

CAF_TEST(what was stored is there after crashes) {
  if (!redis_server::is_installed())
    return;
  redis_server server{true};
  node here{server};
  auto crashes = 0;
  auto stored = put_through(here.subject, 300, [&] {
    if (++crashes % 3 != 0)
      return;
    server.kill();
    server.start();
  });
  CAF_CHECK_EQUAL(stored.size(), 300u);
  CAF_CHECK(read_all(here.subject) == stored);
}

CAF_TEST(what the server refuses is an error and stored nowhere) {
  using redis_command = std::vector<std::string_view>;
  const std::vector<std::pair<redis_command, redis_command>> ways{
    {{"CONFIG", "SET", "maxmemory", "1"}, {"CONFIG", "SET", "maxmemory", "0"}},
    {{"CONFIG", "SET", "min-replicas-to-write", "1"},
     {"CONFIG", "SET", "min-replicas-to-write", "0"}},
    {{"REPLICAOF", "127.0.0.1", "1"}, {"REPLICAOF", "NO", "ONE"}}};
  with_redis([&](redis_server& server) {
    auto run = [&](const redis_command& x) {
      return x.size() == 3 ? server.ask({x[0], x[1], x[2]}) : server.ask({x[0], x[1], x[2], x[3]});
    };
    auto config = inbox_config(server, usual);
    config.patience = 500ms;
    own_inbox here{config};
    CAF_REQUIRE(eventually([&] { return here.stats().connected; }));
    lines expected{"first"};
    put(here, "ann", "first");
    read_all(here);
    for (auto& [breaks, mends] : ways) {
      CAF_CHECK_EQUAL(run(breaks), "OK");
      // A node leaves a replica, and waits for a master.
      CAF_CHECK(put(here, "ann", "refused", true).error != errc::none);
      CAF_CHECK_EQUAL(run(mends), "OK");
      CAF_REQUIRE(eventually([&] { return here.stats().connected; }));
      auto name = "m" + std::to_string(expected.size());
      CAF_REQUIRE(put(here, "ann", name).error == errc::none);
      expected.push_back(name);
    }
    CAF_CHECK(read_all(here) == expected);
    CAF_CHECK_EQUAL(server.ask({"EXISTS", "{n:user:ann}:id:refused"}), "0");
  });
}

CAF_TEST(a known device reads although the server takes no writes) {
  with_redis([](redis_server& server) {
    node here{server};
    put(here.subject, "ann", "m1");
    CAF_CHECK_EQUAL(read_all(here.subject).size(), 1u);
    server.command({"CONFIG", "SET", "maxmemory", "1"});
    CAF_CHECK_EQUAL(read_all(here.subject).size(), 1u);
    // A device that is not known would have no cursor.
    CAF_CHECK(read(here.subject, from("other")).error == errc::bus_unavailable);
  });
}

CAF_TEST(a server that is away is waited for within a bound) {
  with_redis([](redis_server& server) {
    auto config = inbox_config(server, usual);
    config.patience = 300ms;
    own_inbox subject{config};
    CAF_REQUIRE(eventually([&] { return subject.stats().connected; }));
    server.kill();
    CAF_REQUIRE(eventually([&] { return !subject.stats().connected; }));
    awaited<inbox_receipt> late;
    subject.put("ann", {bytes(packet_of("m1")), "m1", false}, late.handler());
    auto large = packet_of("m2", std::string(script_queue::max_pending_bytes, '1'));
    awaited<inbox_receipt> refused;
    subject.put("ann", {bytes(large), "m2", false}, refused.handler());
    CAF_CHECK(refused.get().error == errc::bus_unavailable);
    CAF_CHECK(late.get().error == errc::timeout);
    CAF_CHECK_EQUAL(subject.stats().failed, 2u);
  });
}

CAF_TEST(ids are greater than all before though a clock was set back) {
  with_redis([](redis_server& server) {
    node here{server};
    // Numbers that no double has.
    const auto last = "9007199254740993-18446744073709551610"s;
    server.command({"XADD", "{n:user:ann}:in", last, "d", packet_of("m1"), "j", "0-0"});
    server.command({"HSET", "{n:user:ann}:cur", "#", last});
    auto next = put(here.subject, "ann", "m2").id;
    CAF_CHECK(next == "9007199254740993-18446744073709551611");
    CAF_CHECK(acknowledge(here.subject, "ann", "phone", last) == errc::none);
    CAF_CHECK(events(read(here.subject, from("phone"))) == lines{"m2"});
    // Newer than all there is.
    CAF_CHECK(acknowledge(here.subject, "ann", "phone", "9007199254740993-18446744073709551612")
              == errc::none);
    CAF_CHECK(events(read(here.subject, from("phone"))) == lines{"m2"});
    CAF_CHECK(acknowledge(here.subject, "ann", "phone", next) == errc::none);
    CAF_CHECK_EQUAL(server.ask({"XLEN", "{n:user:ann}:in"}), "0");
    CAF_CHECK(are_growing({next, put(here.subject, "ann", "m3").id}));
  });
}

CAF_TEST(a user with nothing left goes from the index) {
  with_redis([](redis_server& server) {
    node here{server, {1s, 100}};
    auto due = [&] { return server.ask({"ZCARD", "{n:inbox}:due"}); };
    auto id = put(here.subject, "ann", "m1").id;
    CAF_CHECK_EQUAL(due(), "1");
    acknowledge(here.subject, "ann", "phone", id);
    CAF_CHECK(eventually([&] { return due() == "0"; }));
    CAF_CHECK_EQUAL(server.ask({"ZCARD", "{n:inbox}:dead"}), "0");
    CAF_CHECK(std::stoi(server.ask({"TTL", "{n:user:ann}:in"})) > 0);
    CAF_CHECK(std::stoi(server.ask({"TTL", "{n:user:ann}:cur"})) > 0);
    // One with dead letters stays for as long as those do.
    put(here.subject, "bob", "m1");
    CAF_CHECK(eventually([&] { return list(here.subject).letters.size() == 1; }));
    CAF_CHECK(eventually([&] {
      auto when = server.ask({"ZSCORE", "{n:inbox}:due", "bob"});
      return when.size() == 13 && std::stoll(when) > inbox_time() + 1'000'000'000;
    }));
    purge(here.subject, "bob");
    CAF_CHECK(eventually([&] { return due() == "0"; }));
    CAF_CHECK_EQUAL(server.ask({"ZCARD", "{n:inbox}:dead"}), "0");
  });
}

CAF_TEST(several nodes give up each message once) {
  with_redis([](redis_server& server) {
    const inbox_rule rule{1s, 1000};
    node here{server, rule};
    node there{server, rule};
    dead_letter_probe one{here.subject};
    dead_letter_probe other{there.subject};
    for (int user = 0; user < 20; ++user)
      for (int i = 0; i < 30; ++i)
        put(here.subject, "u" + std::to_string(user), "m" + std::to_string(i));
    auto heard = [&] {
      auto all = one.letters();
      for (auto& x : other.letters())
        all.push_back(x);
      return all;
    };
    CAF_CHECK(eventually([&] { return heard().size() == 600; }));
    auto all = heard();
    CAF_CHECK_EQUAL(std::set<std::string>(all.begin(), all.end()).size(), 600u);
    dead_letter_query query;
    query.limit = 1000;
    CAF_CHECK_EQUAL(list(there.subject, query).letters.size(), 600u);
    CAF_CHECK_EQUAL(here.subject.stats().dead + there.subject.stats().dead, 600u);
    CAF_CHECK_EQUAL(replay(here.subject, "u3").letters, 30u);
  });
}

CAF_TEST(the index of dead letters is made whole) {
  with_redis([](redis_server& server) {
    node here{server, {3600s, 1}};
    put(here.subject, "ann", "m1");
    put(here.subject, "ann", "m2");
    CAF_CHECK(eventually([&] { return list(here.subject).letters.size() == 1; }));
    server.command({"DEL", "{n:inbox}:dead"}); // as if a node had died before it
    CAF_CHECK(list(here.subject).letters.empty());
    server.command({"ZADD", "{n:inbox}:due", "1", "ann"});
    CAF_CHECK(eventually([&] { return list(here.subject).letters.size() == 1; }));
  });
}

CAF_TEST(the rights of the README are enough for inboxes) {
  with_redis([](redis_server& server) {
    CAF_CHECK(grant_least_rights(server));
    log_probe log;
    auto config = inbox_config(server, {1s, 3});
    static_cast<redis_client_config&>(config) = least_rights_config(server, log);
    config.names = channel_names{"prod:chat"};
    own_inbox subject{config};
    auto ids = put_all(subject, 5);
    CAF_CHECK_EQUAL(read(subject, from("phone")).messages.size(), 3u);
    CAF_CHECK(acknowledge(subject, "ann", "phone", ids[2]) == errc::none);
    CAF_CHECK_EQUAL(list(subject).letters.size(), 2u);
    CAF_CHECK_EQUAL(replay(subject, "ann").letters, 1u);
    put(subject, "bob", "m1");
    CAF_CHECK(eventually([&] { return list(subject, {"bob"}).letters.size() == 1; }));
    CAF_CHECK_EQUAL(purge(subject, "bob").letters, 1u);
    CAF_CHECK(eventually([&] {
      auto with_letters = server.ask({"ZCARD", "{prod:chat:inbox}:dead"});
      return with_letters == "1"; // ann
    }));
    CAF_CHECK(!log.has("refused"));
  });
}

CAF_TEST(keys live longer under a rule that has become longer) {
  with_redis([](redis_server& server) {
    node here{server, {3'600s, 100}};
    put(here.subject, "ann", "m1");
    here.subject.change({365 * 24h, 100});
    server.command({"ZADD", "{n:inbox}:due", "1", "ann"}); // the old time is over
    const auto year = std::chrono::seconds{365 * 24h}.count();
    for (auto* key : {"{n:user:ann}:in", "{n:user:ann}:cur"})
      CAF_CHECK(eventually([&] { return std::stoll(server.ask({"TTL", key})) > year; }));
    CAF_CHECK(eventually([&] {
      auto when = server.ask({"ZSCORE", "{n:inbox}:due", "ann"});
      return std::stoll(when) > inbox_time() + (year - 100) * 1'000;
    }));
    CAF_CHECK(events(read(here.subject, from("phone"))) == lines{"m1"});
    CAF_CHECK_EQUAL(here.subject.stats().dead, 0u);
  });
}
