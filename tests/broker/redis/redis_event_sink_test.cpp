#define CAF_SUITE redis_event_sink_test

#include "caf/test/unit_test.hpp"
#include "support/event_medium.hpp"
#include "support/least_rights.hpp"

#include <boost/asio/post.hpp>

#include <future>
#include <map>
#include <set>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

// Runs a test with a stream, and with a back end that is told.
template <class F>
void both(F&& test, bool keeps = false) {
  if (!redis_server::is_installed())
    return;
  for (auto has_stream : {true, false}) {
    std::puts(has_stream ? "stream" : "no stream");
    redis_event_medium on{has_stream, keeps};
    test(on);
  }
}

bool has_told(const redis_event_node& x) {
  return eventually([&] {
    auto stats = x.stats();
    return stats.connected && stats.waiting == 0;
  });
}

// Its process is stopped, as far as Redis can tell, until the promise is kept.
std::shared_ptr<std::promise<void>> pause(redis_event_node& x) {
  auto end = std::make_shared<std::promise<void>>();
  boost::asio::post(x.thread.client().io(), [wait = end->get_future().share()] { wait.wait(); });
  return end;
}

std::size_t count(const lines& in, std::string_view beginning) {
  return static_cast<std::size_t>(
    std::ranges::count_if(in, [&](auto& x) { return x.starts_with(beginning); }));
}

bool is_clean(const redis_event_medium& on) {
  auto left = on.server.command({"KEYS", "{n}:events*"});
  std::erase_if(left, [](auto& x) {
    return x == "{n}:events" || x == "{n}:events:n" || x.starts_with("{n}:events:answer:");
  });
  return left.size() == 1; // their number
}

} // namespace

CAF_TEST(a room on two nodes is occupied once and vacated once) {
  both([](redis_event_medium& on) {
    auto a = on.make_node("a");
    auto b = on.make_node("b");
    a->report(joins("ann", "a-1", "x"));
    on.hears(2);
    b->report(joins("bob", "b-1", "x"));
    on.hears(3);
    a->report(leaves("ann", "a-1", "x"));
    on.hears(4);
    b->report(leaves("bob", "b-1", "x"));
    CAF_CHECK_EQUAL(on.hears(6), (lines{"joined ann a-1 x", "room_occupied x", "joined bob b-1 x",
                                        "left ann a-1 x", "left bob b-1 x", "room_vacated x"}));
    a->stop(5s);
    b->stop(5s);
    CAF_CHECK(is_clean(on));
    CAF_CHECK_EQUAL(on.server.ask({"EXISTS", "{n:nodes}:rooms:a.1"}), "0");
  });
}

CAF_TEST(cuts neither lose nor double anything) {
  both([](redis_event_medium& on) {
    auto a = on.make_node("a");
    auto b = on.make_node("b");
    for (int i = 0; i < 300; ++i) {
      auto& x = i % 2 == 0 ? a : b;
      auto id = "c-" + std::to_string(i);
      x->report(comes("u", id));
      x->report(joins("u", id, "room"));
      if (i % 60 == 0)
        on.server.command({"CLIENT", "KILL", "TYPE", "normal"});
    }
    CAF_CHECK(has_told(*a) && has_told(*b));
    auto told = on.hears(601);
    CAF_CHECK_EQUAL(told.size(), 601u);
    CAF_CHECK_EQUAL(std::set<std::string>(told.begin(), told.end()).size(), 601u);
    CAF_CHECK_EQUAL(on.server.ask({"HGET", "{n}:events:rooms", "room"}), "300");
  });
}

CAF_TEST(those of a dead node are told once) {
  both([](redis_event_medium& on) {
    auto b = on.make_node("b");
    auto c = on.make_node("c");
    auto a = on.make_node("a");
    for (int i = 0; i < 450; ++i)
      a->report(comes("u", "a-" + std::to_string(i)));
    a->report(joins("u", "a-0", "shared"));
    a->report(joins("u", "a-0", "alone \"1\""));
    CAF_REQUIRE(has_told(*a));
    b->report(joins("bob", "b-1", "shared"));
    on.hears(455);
    a->stop({}); // leaves everything behind
    auto told = on.hears(455 + 451);
    CAF_CHECK_EQUAL(told.size(), 906u);
    CAF_CHECK_EQUAL(count(told, "disconnected u a-"), 450u);
    CAF_CHECK_EQUAL(count(told, "disconnected u a-17 1006 true"), 1u);
    CAF_CHECK_EQUAL(count(told, "room_vacated"), 1u);
    CAF_CHECK_EQUAL(count(told, "room_vacated alone \"1\" true"), 1u);
    CAF_CHECK(eventually([&] { return on.server.ask({"EXISTS", "{n:nodes}:rooms:a.1"}) == "0"; }));
    b->report(leaves("bob", "b-1", "shared"));
    on.hears(908);
    CAF_CHECK(eventually([&] { return is_clean(on); }));
  });
}

CAF_TEST(who claims a dead node may die over it) {
  both([](redis_event_medium& on) {
    auto b = on.make_node("b");
    auto c = on.make_node("c");
    {
      auto a = on.make_node("a");
      for (int i = 0; i < 2000; ++i)
        a->report(comes("u", "a-" + std::to_string(i)));
      CAF_REQUIRE(has_told(*a));
      a->stop({});
    }
    on.hears(2001); // somebody is at it
    auto resume = pause(*b);
    CAF_CHECK_EQUAL(on.hears(2000).size() >= 2000, true);
    CAF_CHECK(eventually([&] { return on.server.ask({"EXISTS", "{n}:events:on:a.1"}) == "0"; }));
    resume->set_value();
    auto told = on.hears(4000);
    CAF_CHECK_EQUAL(count(told, "disconnected u a-"), 2000u);
  });
}

CAF_TEST(a node that was stopped for a while moves what is left) {
  both([](redis_event_medium& on) {
    auto a = on.make_node("a"); // alone: nobody reaps it
    a->report(comes("ann", "a-1"));
    a->report(joins("ann", "a-1", "x"));
    CAF_REQUIRE(has_told(*a));
    on.server.command({"ZADD", "{n:nodes}:leases", "1", "a.1"});
    on.server.command({"HSET", "{n:nodes}:claims", "a.1", "z.1 1"});
    CAF_CHECK(eventually([&] { return on.server.ask({"EXISTS", "{n}:events:on:a.2"}) == "1"; }));
    a->report(goes("ann", "a-1"));
    CAF_CHECK_EQUAL(on.hears(4), (lines{"connected ann a-1", "joined ann a-1 x", "room_occupied x",
                                        "disconnected ann a-1 1000"}));
    CAF_CHECK(eventually([&] { return on.server.ask({"EXISTS", "{n}:events:on:a.1"}) == "0"; }));
    CAF_CHECK_EQUAL(on.hears(4).size(), 4u);
  });
}

CAF_TEST(a node that was taken for dead tells again who is there) {
  both([](redis_event_medium& on) {
    auto b = on.make_node("b");
    auto a = on.make_node("a");
    a->report(comes("ann", "a-1"));
    a->report(joins("ann", "a-1", "x"));
    CAF_REQUIRE(has_told(*a));
    auto resume = pause(*a);
    a->report(comes("bob", "a-2"));
    CAF_CHECK_EQUAL(on.hears(5).size(), 5u); // of which b has told two
    resume->set_value();
    auto told = on.hears(9);
    CAF_CHECK_EQUAL(count(told, "connected ann a-1"), 2u);
    CAF_CHECK_EQUAL(count(told, "connected bob a-2"), 1u);
    CAF_CHECK_EQUAL(count(told, "disconnected ann a-1 1006 true"), 1u);
    CAF_CHECK_EQUAL(count(told, "room_occupied x"), 2u);
    CAF_CHECK_EQUAL(count(told, "room_vacated x true"), 1u);
    CAF_CHECK_EQUAL(told.size(), 9u);
  });
}

CAF_TEST(a Redis that has lost everything is told again) {
  both([](redis_event_medium& on) {
    auto a = on.make_node("a");
    a->report(comes("ann", "a-1"));
    a->report(joins("ann", "a-1", "x"));
    CAF_REQUIRE(has_told(*a));
    on.hears(3);
    on.server.command({"FLUSHALL"});
    CAF_CHECK(eventually([&] { return on.server.ask({"EXISTS", "{n}:events:on:a.2"}) == "1"; }));
    auto told = on.hears(on.ear ? 6 : 3);
    CAF_CHECK_EQUAL(count(told, "connected ann a-1"), on.ear ? 2u : 1u);
    CAF_CHECK_EQUAL(count(told, "room_occupied x"), on.ear ? 2u : 1u);
  });
}

CAF_TEST(a crash of Redis loses nothing that is kept) {
  both(
    [](redis_event_medium& on) {
      auto a = on.make_node("a");
      a->report(comes("ann", "a-1"));
      CAF_REQUIRE(has_told(*a));
      on.server.kill();
      CAF_CHECK(eventually([&] { return !a->stats().connected; }));
      a->report(comes("bob", "a-2"));
      a->report(goes("ann", "a-1"));
      CAF_CHECK_EQUAL(a->stats().waiting, 2u);
      on.server.start();
      CAF_CHECK_EQUAL(on.hears(3), (lines{"connected ann a-1", "connected bob a-2",
                                          "disconnected ann a-1 1000"}));
    },
    true);
}

CAF_TEST(a server that takes no writes is told later) {
  both([](redis_event_medium& on) {
    auto a = on.make_node("a");
    a->report(comes("ann", "a-1"));
    CAF_REQUIRE(has_told(*a));
    on.server.command({"CONFIG", "SET", "maxmemory", "1"});
    a->report(comes("bob", "a-2"));
    a->report(goes("ann", "a-1"));
    CAF_CHECK_EQUAL(on.hears(1).size(), 1u);
    on.server.command({"CONFIG", "SET", "maxmemory", "0"});
    CAF_CHECK_EQUAL(on.hears(3).size(), 3u);
  });
}

CAF_TEST(a back end without room holds up Redis and loses nothing) {
  if (!redis_server::is_installed())
    return;
  redis_event_medium on{false};
  auto a = on.make_node("a");
  a->report(comes("ann", "a-1"));
  CAF_REQUIRE(has_told(*a));
  on.hears(1);
  on.ear->open(false);
  for (int i = 2; i < 500; ++i)
    a->report(comes("u", "a-" + std::to_string(i)));
  CAF_CHECK(eventually([&] { return a->stats().waiting != 0; }));
  on.ear->open(true);
  CAF_CHECK_EQUAL(on.hears(499).size(), 499u);
  a->stop(5s);
}

CAF_TEST(a stream has about as many events as it may) {
  with_redis([](redis_server& server) {
    event_queue_config queue{channel_names{"n"}, "a", "a", 100};
    redis_thread thread{quick_config(server)};
    redis_lease lease{thread.client(), {channel_names{"n"}, "a", {}}};
    redis_event_sink a{thread.client(), lease, {queue, std::size_t{1} << 20, nullptr}};
    for (int i = 0; i < 2000; ++i)
      a.report(comes("u", "a-" + std::to_string(i)));
    CAF_CHECK(eventually([&] { return a.stats().delivered == 2000; }));
    auto kept = std::stoul(server.ask({"XLEN", "{n}:events"}));
    CAF_CHECK(kept >= 100 && kept < 400);
    CAF_CHECK_EQUAL(server.ask({"GET", "{n}:events:n"}), "2000");
    a.stop(5s);
    lease.stop(5s);
  });
}

CAF_TEST(the rights of the README are enough for events) {
  with_redis([](redis_server& server) {
    CAF_CHECK(grant_least_rights(server));
    log_probe log;
    const channel_names names{"prod:chat"};
    auto config = least_rights_config(server, log);
    redis_event_node b{config, names, "b", nullptr, 1 << 20};
    {
      redis_event_node a{config, names, "a", nullptr, 1 << 20};
      a.report(comes("ann", "a-1"));
      a.report(joins("ann", "a-1", "x"));
      a.report(comes("bob", "a-2"));
      a.report(goes("bob", "a-2"));
      CAF_CHECK(has_told(a));
      a.stop({});
    }
    CAF_CHECK(eventually([&] {
      return server.ask({"EXISTS", "{prod:chat}:events:rooms"}) == "0"
             && server.ask({"XLEN", "{prod:chat}:events"}) == "7";
    }));
    b.stop(5s);
    CAF_CHECK(!log.has("NOPERM"));
  });
}
