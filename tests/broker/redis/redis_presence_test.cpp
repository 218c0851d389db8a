#define CAF_SUITE redis_presence_test

#include "caf/test/unit_test.hpp"
#include "support/least_rights.hpp"
#include "support/presence_medium.hpp"

#include <boost/asio/post.hpp>

#include <future>
#include <map>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

const presence_room lobby{"lobby", "{n:room:lobby}", presence_mode::full};

presence_member user(std::uint64_t number) {
  return {number, "u" + std::to_string(number), nullptr};
}

std::string users_in(const redis_server& server) {
  return server.ask({"HLEN", "{n:room:lobby}:users"});
}

// Cuts what is said over the links for commands.
void cut(const redis_server& server) {
  server.command({"CLIENT", "KILL", "TYPE", "normal"});
}

// Whether each user came and went in turn.
bool alternates(const lines& told) {
  std::map<std::string, char> last;
  for (auto& x : told) {
    auto& sign = last[x.substr(1, x.find(' ') - 1)];
    if (x[0] == sign || (x[0] == '-' && sign == 0))
      return false;
    sign = x[0];
  }
  return true;
}

} // namespace

CAF_TEST(nothing is left in Redis when everybody has gone) {
  with_redis([](redis_server& server) {
    redis_presence_node a{server, "a", 0ms};
    redis_presence_node b{server, "b", 0ms};
    for (std::uint64_t i = 0; i < 300; ++i) {
      auto name = std::to_string(i % 7);
      presence_room where{name, "{n:room:" + name + "}", presence_mode::full};
      (i % 2 == 0 ? a : b).subject.enter(where, user(i));
    }
    CAF_REQUIRE(a.has_told() && b.has_told());
    CAF_CHECK_EQUAL(server.command({"SMEMBERS", "{n:nodes}:rooms:a.1"}).size(), 8u);
    for (std::uint64_t i = 0; i < 300; ++i) {
      auto name = std::to_string(i % 7);
      presence_room where{name, "{n:room:" + name + "}", presence_mode::full};
      (i % 2 == 0 ? a : b).subject.leave(where, user(i).user, i);
    }
    CAF_CHECK(a.has_told() && b.has_told());
    a.stop();
    b.stop();
    auto left = server.command({"KEYS", "*"});
    std::erase_if(left, [](auto& x) { return x.starts_with("{n:nodes}:"); });
    CAF_CHECK_EQUAL(left.size(), 1u); // their number
    CAF_CHECK_EQUAL(server.ask({"EXISTS", "{n:nodes}:rooms:a.1"}), "0");
  });
}

CAF_TEST(cuts in a burst neither lose nor double anything) {
  with_redis([](redis_server& server) {
    own_bus bus{quick_config(server)};
    presence_ear ear{bus, lobby};
    redis_presence_node a{server, "a", 0ms};
    redis_presence_node b{server, "b", 0ms};
    for (int round = 0; round < 10; ++round) {
      for (std::uint64_t i = 0; i < 200; ++i)
        (i % 2 == 0 ? a : b).subject.enter(lobby, user(i));
      cut(server);
      for (std::uint64_t i = 0; i < 200; i += 3)
        (i % 2 == 0 ? a : b).subject.leave(lobby, user(i).user, i);
      cut(server);
    }
    CAF_CHECK(a.has_told() && b.has_told());
    CAF_CHECK_EQUAL(users_in(server), "133");
    CAF_CHECK_EQUAL(ask(a.subject, lobby, 500).users.size(), 133u);
    a.subject.enter(lobby, {1000, "last", nullptr});
    eventually([&] { return ear.hears(1).back() == "+last 134"; });
    CAF_CHECK(alternates(ear.hears(1)));
    CAF_CHECK_EQUAL(a.lease.stats().lost, 0u);
  });
}

CAF_TEST(a Redis that has lost everything is told again) {
  with_redis([](redis_server& server) {
    redis_presence_node a{server, "a", 0ms, 600ms};
    redis_presence_node b{server, "b", 0ms, 600ms};
    for (std::uint64_t i = 0; i < 150; ++i)
      (i % 2 == 0 ? a : b).subject.enter(lobby, user(i));
    CAF_REQUIRE(a.has_told() && b.has_told());
    server.command({"FLUSHALL"});
    CAF_CHECK(eventually([&] { return users_in(server) == "150"; }));
    CAF_CHECK_EQUAL(a.subject.stats().lease_lost, 1u);
    CAF_CHECK_EQUAL(server.ask({"EXISTS", "{n:nodes}:rooms:a.2"}), "1");
    server.command({"SCRIPT", "FLUSH"});
    a.subject.leave(lobby, "u0", 0);
    CAF_CHECK(eventually([&] { return users_in(server) == "149"; }));
  });
}

CAF_TEST(a crash of Redis loses nothing that is still so) {
  if (!redis_server::is_installed())
    return;
  redis_server server{true};
  redis_presence_node a{server, "a", 0ms, 600ms};
  for (std::uint64_t i = 0; i < 50; ++i)
    a.subject.enter(lobby, user(i));
  CAF_REQUIRE(a.has_told());
  server.kill();
  CAF_CHECK(eventually([&] { return !a.subject.stats().connected; }));
  CAF_CHECK_EQUAL(ask(a.subject, lobby, 9).error, errc::bus_unavailable);
  for (std::uint64_t i = 0; i < 25; ++i)
    a.subject.leave(lobby, user(i).user, i);
  a.subject.enter(lobby, user(77));
  server.start();
  CAF_CHECK(eventually([&] { return users_in(server) == "26"; }));
}

CAF_TEST(those of a node that has stopped go once after the grace) {
  with_redis([](redis_server& server) {
    own_bus bus{quick_config(server)};
    presence_ear ear{bus, lobby};
    redis_presence_node b{server, "b", 100ms, 600ms};
    b.subject.enter(lobby, user(1));
    ear.hears(1);
    {
      redis_presence_node a{server, "a", 100ms, 600ms};
      a.subject.enter(lobby, user(1));
      a.subject.enter(lobby, user(2));
      ear.hears(2);
      CAF_CHECK(a.has_told());
      a.stop();
    }
    CAF_CHECK_EQUAL(ear.hears(3), (lines{"+u1 1", "+u2 2", "-u2 1"}));
    CAF_CHECK(eventually([&] { return b.subject.stats().reaped == 2; }));
    CAF_CHECK(eventually([&] { return server.ask({"EXISTS", "{n:nodes}:rooms:a.1"}) == "0"; }));
  });
}

CAF_TEST(a server that takes no writes is told later) {
  with_redis([](redis_server& server) {
    redis_presence_node a{server, "a", 0ms};
    a.subject.enter(lobby, user(1));
    CAF_REQUIRE(a.has_told());
    server.command({"CONFIG", "SET", "maxmemory", "1"});
    a.subject.enter(lobby, user(2));
    a.subject.enter(lobby, user(3));
    CAF_CHECK_EQUAL(ask(a.subject, lobby, 9).present, 1u);
    CAF_CHECK_EQUAL(a.subject.stats().waiting, 2u);
    server.command({"CONFIG", "SET", "maxmemory", "0"});
    CAF_CHECK(eventually([&] { return users_in(server) == "3"; }));
    CAF_CHECK(a.has_told());
  });
}

CAF_TEST(a node that was taken for dead tells again who is there) {
  with_redis([](redis_server& server) {
    own_bus bus{quick_config(server)};
    presence_ear ear{bus, lobby};
    redis_presence_node b{server, "b", 0ms, 600ms};
    redis_presence_node a{server, "a", 0ms, 600ms};
    for (std::uint64_t i = 0; i < 20; ++i)
      a.subject.enter(lobby, user(i));
    CAF_REQUIRE(a.has_told());
    std::promise<void> resume;
    boost::asio::post(a.thread.client().io(), [&, end = resume.get_future().share()] {
      a.subject.leave(lobby, "u0", 0);
      end.wait(); // its process is stopped
    });
    CAF_CHECK(eventually([&] { return b.subject.stats().reaped == 20; }));
    b.subject.enter(lobby, user(7));
    resume.set_value();
    CAF_CHECK(eventually([&] { return users_in(server) == "19"; }));
    CAF_CHECK(a.has_told());
    CAF_CHECK_EQUAL(a.subject.stats().lease_lost, 1u);
    b.subject.enter(lobby, {1000, "last", nullptr});
    eventually([&] { return ear.hears(1).back() == "+last 20"; });
    auto told = ear.hears(20 + 20 + 19 + 1);
    CAF_CHECK_EQUAL(told.size(), 60u);
    CAF_CHECK(alternates(told));
  });
}

CAF_TEST(the rights of the README are enough) {
  with_redis([](redis_server& server) {
    CAF_CHECK(grant_least_rights(server));
    log_probe log;
    const channel_names names{"prod:chat"};
    const presence_room room{"x", names.room("x"), presence_mode::full};
    const presence_room arena{"y", names.room("y"), presence_mode::count};
    auto config = least_rights_config(server, log);
    redis_presence_node b{config, names, "b", 0ms, 600ms};
    {
      redis_presence_node a{config, names, "a", 0ms, 600ms};
      for (auto& where : {room, arena}) {
        a.subject.enter(where, user(1));
        a.subject.enter(where, user(2));
        a.subject.leave(where, "u2", 2);
        b.subject.enter(where, user(3));
        b.subject.leave(where, "u3", 3);
      }
      CAF_CHECK(a.has_told() && b.has_told());
      CAF_CHECK_EQUAL(ask(b.subject, room, 9).users.size(), 1u);
      CAF_CHECK_EQUAL(ask(b.subject, arena, 9).present, 1u);
      a.stop();
    }
    CAF_CHECK(eventually([&] { return b.subject.stats().reaped == 2; }));
    CAF_CHECK_EQUAL(ask(b.subject, room, 9).present, 0u);
    CAF_CHECK(!log.has("refused"));
  });
}
