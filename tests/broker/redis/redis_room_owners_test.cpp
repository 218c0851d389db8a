#define CAF_SUITE redis_room_owners_test

#include "atrium/broker/redis/redis_lease.hpp"

#include "caf/test/unit_test.hpp"
#include "support/least_rights.hpp"
#include "support/owners_medium.hpp"

#include <atomic>
#include <thread>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

struct node {
  explicit node(const redis_server& server) : node(owners_config(server)) {
    // nop
  }

  explicit node(const settings<redis_room_owners>& config) : subject(config) {
    CAF_REQUIRE(eventually([&] { return subject.stats().connected; }));
  }

  // Owns the room `x`, and has opened it.
  std::uint64_t opened(const std::string& run = "a") {
    auto token = owner_of(subject, "x", {run}).token;
    CAF_REQUIRE(open(subject, "x", token).result == fencing::passed);
    return token;
  }

  own_room_owners subject;
};

std::string fence(const redis_server& server, std::string_view field) {
  return server.ask({"HGET", "{n:room:x}:own", field});
}

} // namespace

CAF_TEST(a lost fence is closed and a lost counter does not go back) {
  with_redis([](redis_server& server) {
    node here{server};
    take_lease(server, "a");
    auto token = here.opened();
    CAF_CHECK(say(here.subject, "x", token, word(1, "s")) == fencing::passed);
    CAF_CHECK_EQUAL(fence(server, ":s"), "s");
    CAF_CHECK(std::stoi(server.ask({"TTL", "{n:room:x}:own"})) > 86'000); // of the word
    server.command({"FLUSHALL"});
    CAF_CHECK(say(here.subject, "x", token, word(2, "s")) == fencing::fenced);
    CAF_CHECK(release(here.subject, "x", token) == fencing::fenced);
    take_lease(server, "a");
    auto next = owner_of(here.subject, "x", {"a"}).token;
    CAF_CHECK(next > token);
    CAF_CHECK_EQUAL(state_of(open(here.subject, "x", next)), "-");
    // A clock that was set back is behind the counter, and that goes on.
    auto ahead = std::to_string(next + 3'600'000'000);
    server.command({"SET", "{n:nodes}:token", ahead});
    auto last = renew(here.subject, "x", next, "a");
    CAF_CHECK_EQUAL(last, next + 3'600'000'001);
  });
}

CAF_TEST(a script that was flushed neither loses nor reorders a word) {
  with_redis([](redis_server& server) {
    node here{server};
    take_lease(server, "a");
    auto token = here.opened();
    std::atomic<int> passed = 0;
    for (std::uint64_t i = 1; i <= 300; ++i) {
      if (i % 50 == 0)
        server.command({"SCRIPT", "FLUSH"});
      here.subject.say("x", token, word(i, std::to_string(i)),
                       [&](auto x) { passed += x == fencing::passed ? 1 : 0; });
    }
    CAF_CHECK(eventually([&] { return passed == 300; }));
    CAF_CHECK_EQUAL(fence(server, ":s"), "300");
  });
}

CAF_TEST(after a lost link what is unknown is never overtaken) {
  with_redis([](redis_server& server) {
    node here{server};
    take_lease(server, "a");
    auto token = here.opened();
    for (std::uint64_t round = 1; round <= 20; ++round) {
      // What is unknown may have counted, or none after it does. What was fenced has not.
      std::vector<std::shared_ptr<std::promise<fencing>>> receipts;
      for (std::uint64_t i = 1; i <= 100; ++i) {
        auto& x = receipts.emplace_back(std::make_shared<std::promise<fencing>>());
        here.subject.say("x", token, word(i, std::to_string(1000 * round + i)),
                         [x](fencing got) { x->set_value(got); });
        if (i == 50)
          server.command({"CLIENT", "KILL", "TYPE", "normal"});
      }
      std::size_t passed = 0; // the number of the last one
      auto is_fenced = false;
      for (std::size_t i = 0; i < receipts.size(); ++i) {
        auto result = receipts[i]->get_future().get();
        is_fenced = is_fenced || result == fencing::fenced;
        if (result == fencing::passed) {
          CAF_CHECK(!is_fenced);
          passed = i + 1;
        }
      }
      release(here.subject, "x", token);
      auto next = owner_of(here.subject, "x", {"a"}).token;
      CAF_REQUIRE(next > token);
      token = next;
      auto state = state_of(open(here.subject, "x", token));
      CAF_CHECK(passed == 0 || std::stoull(state) >= 1000 * round + passed);
    }
  });
}

CAF_TEST(what Redis refuses changes nothing) {
  with_redis([](redis_server& server) {
    node here{server};
    take_lease(server, "a");
    auto token = here.opened();
    bus_settings config = quick_config(server);
    own_bus on{config};
    CAF_REQUIRE(is_connected(on));
    bus_member member{on, channel_names{"n"}.room("x")};
    CAF_REQUIRE(member.is_subscribed());
    CAF_CHECK(say(here.subject, "x", token, kept_word(1, "s1", "e1")) == fencing::passed);
    server.command({"CONFIG", "SET", "maxmemory", "1"});
    CAF_CHECK(say(here.subject, "x", token, word(2, "s2", "m2")) == fencing::unknown);
    CAF_CHECK(say(here.subject, "x", token, kept_word(2, "s2", "e2")) == fencing::unknown);
    // Where the first command that memory is needed for is not the first of all.
    room_word what{2, {{"s", nullptr}}};
    what.packets = {{bytes("m2")}, {bytes(packet_of("e2")), true}};
    what.history = hundred;
    CAF_CHECK(say(here.subject, "x", token, what) == fencing::unknown);
    server.command({"CONFIG", "SET", "maxmemory", "0"});
    CAF_CHECK_EQUAL(fence(server, "n"), "1");
    CAF_CHECK_EQUAL(fence(server, ":s"), "s1");
    CAF_CHECK_EQUAL(server.ask({"XLEN", "{n:room:x}:h"}), "1");
    // Nor does a word that was made from one that was refused.
    CAF_CHECK(say(here.subject, "x", token, word(3, "s3", "m3")) == fencing::fenced);
    CAF_CHECK(say(here.subject, "x", token, word(2, "s2", "m2")) == fencing::passed);
    CAF_CHECK(eventually([&] { return member.probe->messages().size() == 2; }));
    CAF_CHECK(member.probe->messages().back() == "m2");
    CAF_CHECK_EQUAL(here.subject.stats().unknown, 3u);
  });
}

CAF_TEST(too much that waits is refused) {
  with_redis([](redis_server& server) {
    node here{server};
    take_lease(server, "a");
    auto token = here.opened();
    server.freeze();
    std::atomic<int> waiting = 0;
    std::string large(std::size_t{4} << 20, 's');
    for (std::uint64_t i = 1; i <= 12; ++i) {
      ++waiting;
      here.subject.say("x", token, word(i, large), [&](auto) { --waiting; });
    }
    CAF_CHECK(waiting < 8); // 32 MiB
    CAF_CHECK(waiting > 0);
    server.thaw();
    CAF_CHECK(eventually([&] { return waiting == 0; }));
  });
}

CAF_TEST(an owner is alive as long as its lease is) {
  with_redis([](redis_server& server) {
    settings<redis_lease> config;
    static_cast<redis_client_config&>(config) = quick_config(server);
    config.names = channel_names{"n"};
    config.run = "a";
    config.timing.lease = 400ms;
    node here{server};
    auto first = [&] {
      alone<redis_lease> lease{config};
      CAF_REQUIRE(eventually([&] { return lease.stats().held; }));
      auto owner = owner_of(here.subject, "x", {"a", "b"});
      CAF_CHECK_EQUAL(owner.run, "a");
      lease.stop(1s);
      return owner;
    }();
    take_lease(server, "b");
    auto second = owner_of(here.subject, "x", {"a", "b"});
    CAF_CHECK_EQUAL(second.run, "b");
    CAF_CHECK(second.token > first.token);
    // Time for which nobody could renew a lease does not count.
    server.command({"SET", "{n:nodes}:seen", "1000"});
    server.command({"ZADD", "{n:nodes}:leases", "2000", "b.1"});
    CAF_CHECK(owner_of(here.subject, "x", {"a"}) == second);
  });
}

CAF_TEST(the rights that the README names are enough) {
  with_redis([](redis_server& server) {
    CAF_CHECK(grant_least_rights(server));
    server.command({"ZADD", "{prod:chat:nodes}:leases", "9000000000000", "a.1"});
    log_probe log;
    settings<redis_room_owners> config;
    static_cast<redis_client_config&>(config) = least_rights_config(server, log);
    config.names = channel_names{"prod:chat"};
    node here{config};
    auto token = here.opened();
    CAF_CHECK(say(here.subject, "x", token, word(1, "s1", "m1")) == fencing::passed);
    CAF_CHECK(say(here.subject, "x", token, kept_word(2, "s2", "e1")) == fencing::passed);
    CAF_CHECK(say(here.subject, "x", token, {3, {{"gone", nullptr}}}) == fencing::passed);
    token = renew(here.subject, "x", token, "a");
    CAF_CHECK_EQUAL(state_of(open(here.subject, "x", token)), "s2");
    CAF_CHECK(release(here.subject, "x", token) == fencing::passed);
    CAF_CHECK(!log.has("NOPERM"));
  });
}
