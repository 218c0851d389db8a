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
    CAF_CHECK(say(here.subject, "x", token, word(1, "s")).result == fencing::passed);
    CAF_CHECK_EQUAL(fence(server, "s"), "s");
    CAF_CHECK(std::stoi(server.ask({"TTL", "{n:room:x}:own"})) > 86'000); // of the word
    server.command({"FLUSHALL"});
    CAF_CHECK(say(here.subject, "x", token, word(2, "s")).result == fencing::fenced);
    CAF_CHECK(move(here.subject, "x", token, "a").first == fencing::fenced);
    take_lease(server, "a");
    auto next = owner_of(here.subject, "x", {"a"}).token;
    CAF_CHECK(next > token);
    CAF_CHECK_EQUAL(state_of(open(here.subject, "x", next)), "-");
    // A clock that was set back is behind the counter, and that goes on.
    auto ahead = std::to_string(next + 3'600'000'000);
    server.command({"SET", "{n:nodes}:token", ahead});
    auto moved = move(here.subject, "x", next, "a");
    CAF_CHECK_EQUAL(moved.second, next + 3'600'000'001);
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
                       [&](auto x) { passed += x.result == fencing::passed ? 1 : 0; });
    }
    CAF_CHECK(eventually([&] { return passed == 300; }));
    CAF_CHECK_EQUAL(fence(server, "s"), "300");
  });
}

CAF_TEST(after a lost link what is unknown is never overtaken) {
  with_redis([](redis_server& server) {
    node here{server};
    take_lease(server, "a");
    auto token = here.opened();
    for (std::uint64_t round = 1; round <= 20; ++round) {
      // What was answered counts, up to the first that was not; of the rest the
      // state alone tells.
      std::vector<std::shared_ptr<std::promise<word_receipt>>> receipts;
      for (std::uint64_t i = 1; i <= 100; ++i) {
        auto& x = receipts.emplace_back(std::make_shared<std::promise<word_receipt>>());
        here.subject.say("x", token, word(i, std::to_string(1000 * round + i)),
                         [x](word_receipt got) { x->set_value(std::move(got)); });
        if (i == 50)
          server.command({"CLIENT", "KILL", "TYPE", "normal"});
      }
      std::size_t passed = 0;
      auto goes_on = true;
      for (auto& x : receipts) {
        auto counts = x->get_future().get().result == fencing::passed;
        CAF_CHECK(goes_on || !counts);
        goes_on = goes_on && counts;
        passed += counts ? 1 : 0;
      }
      auto moved = move(here.subject, "x", token, "a");
      if (moved.first != fencing::passed)
        moved.second = owner_of(here.subject, "x", {"a"}).token;
      CAF_REQUIRE(moved.second > token);
      token = moved.second;
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
    CAF_CHECK(say(here.subject, "x", token, kept_word(1, "s1", "e1")).result == fencing::passed);
    server.command({"CONFIG", "SET", "maxmemory", "1"});
    CAF_CHECK(say(here.subject, "x", token, word(2, "s2", "m2")).result == fencing::unknown);
    CAF_CHECK(say(here.subject, "x", token, kept_word(2, "s2", "e2")).result == fencing::unknown);
    server.command({"CONFIG", "SET", "maxmemory", "0"});
    CAF_CHECK_EQUAL(fence(server, "n"), "1");
    CAF_CHECK_EQUAL(fence(server, "s"), "s1");
    CAF_CHECK_EQUAL(server.ask({"XLEN", "{n:room:x}:h"}), "1");
    // Nor does a word that was made from one that was refused.
    CAF_CHECK(say(here.subject, "x", token, word(3, "s3", "m3")).result == fencing::fenced);
    CAF_CHECK(say(here.subject, "x", token, word(2, "s2", "m2")).result == fencing::passed);
    CAF_CHECK(eventually([&] { return member.probe->messages().size() == 2; }));
    CAF_CHECK(member.probe->messages().back() == "m2");
    CAF_CHECK_EQUAL(here.subject.stats().unknown, 2u);
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
    CAF_CHECK(say(here.subject, "x", token, word(1, "s1", "m1")).result == fencing::passed);
    CAF_CHECK(say(here.subject, "x", token, kept_word(2, "s2", "e1")).result == fencing::passed);
    auto moved = move(here.subject, "x", token, "a");
    CAF_CHECK_EQUAL(state_of(open(here.subject, "x", moved.second)), "s2");
    CAF_CHECK(release(here.subject, "x", moved.second) == fencing::passed);
    CAF_CHECK(!log.has("NOPERM"));
  });
}
