#define CAF_SUITE connection_limiter_contract_test

#include "caf/test/unit_test.hpp"
#include "support/limiter_probe.hpp"

using namespace atrium;
using namespace atrium::test;

CAF_TEST(a user has as many connections as allowed) {
  on_every_limiter(surplus_policy::reject, [](connection_limiter& at, limiter_probe& probe) {
    CAF_CHECK(probe.enter(at, "ann", 1));
    CAF_CHECK(probe.enter(at, "ann", 2));
    CAF_CHECK(!probe.enter(at, "ann", 3));
    CAF_CHECK(probe.enter(at, "bob", 4));
    CAF_CHECK(probe.evicted().empty());
    CAF_CHECK(eventually([&] { return at.stats().refused == 1; }));
    CAF_CHECK_EQUAL(at.stats().users, 2U);
  });
}

CAF_TEST(a place that is given back is free) {
  on_every_limiter(surplus_policy::reject, [](connection_limiter& at, limiter_probe& probe) {
    probe.enter(at, "ann", 1);
    probe.enter(at, "ann", 2);
    at.leave("ann", 1);
    CAF_CHECK(probe.enter(at, "ann", 3));
    CAF_CHECK(!probe.enter(at, "ann", 4));
    at.leave("ann", 2);
    at.leave("ann", 3);
    CAF_CHECK(eventually([&] { return at.stats().users == 0; }));
  });
}

CAF_TEST(who is refused takes no place from anybody) {
  on_every_limiter(surplus_policy::reject, [](connection_limiter& at, limiter_probe& probe) {
    probe.enter(at, "ann", 1);
    probe.enter(at, "ann", 2);
    CAF_CHECK(!probe.enter(at, "ann", 3));
    at.leave("ann", 3);
    CAF_CHECK(!probe.enter(at, "ann", 4));
    at.leave("ann", 1);
    CAF_CHECK(probe.enter(at, "ann", 5));
  });
}

CAF_TEST(who has a place keeps it when asking again) {
  on_every_limiter(surplus_policy::reject, [](connection_limiter& at, limiter_probe& probe) {
    probe.enter(at, "ann", 1);
    probe.enter(at, "ann", 2);
    CAF_CHECK(probe.enter(at, "ann", 1));
    CAF_CHECK(probe.enter(at, "ann", 2));
    CAF_CHECK(!probe.enter(at, "ann", 3));
  });
}

CAF_TEST(the oldest can be made to go) {
  on_every_limiter(surplus_policy::kick_oldest, [](connection_limiter& at, limiter_probe& probe) {
    CAF_CHECK(probe.enter(at, "ann", 7));
    let_a_millisecond_pass();
    CAF_CHECK(probe.enter(at, "ann", 2));
    CAF_CHECK(probe.enter(at, "ann", 3));
    CAF_CHECK(probe.has_evicted("n1-7"));
    at.leave("ann", 7);
    at.leave("ann", 3);
    CAF_CHECK(probe.enter(at, "ann", 4));
    CAF_CHECK_EQUAL(probe.evicted().size(), 1U);
  });
}

CAF_TEST(rules that change count for who comes later) {
  on_every_limiter(surplus_policy::reject, [](connection_limiter& at, limiter_probe& probe) {
    probe.enter(at, "ann", 1);
    let_a_millisecond_pass();
    probe.enter(at, "ann", 2);
    CAF_CHECK(!probe.enter(at, "ann", 3));
    at.change_rules(3, surplus_policy::reject);
    CAF_CHECK(probe.enter(at, "ann", 4));
    at.change_rules(3, surplus_policy::kick_oldest);
    let_a_millisecond_pass();
    CAF_CHECK(probe.enter(at, "ann", 5));
    CAF_CHECK(probe.has_evicted("n1-1"));
  });
}

CAF_TEST(names are taken as they are) {
  on_every_limiter(surplus_policy::reject, [](connection_limiter& at, limiter_probe& probe) {
    for (auto* user : {"a:b", "a b", "{a}", "\xc3\xa9", "a%3Ab"}) {
      CAF_CHECK(probe.enter(at, user, 1));
      CAF_CHECK(probe.enter(at, user, 2));
      CAF_CHECK(!probe.enter(at, user, 3));
    }
  });
}

CAF_TEST(every question is answered once) {
  on_every_limiter(surplus_policy::reject, [](connection_limiter& at, limiter_probe& probe) {
    for (std::uint64_t i = 0; i < 200; ++i)
      probe.enter(at, "user" + std::to_string(i % 20), i);
    at.stop(std::chrono::seconds{1});
    CAF_CHECK(probe.enter(at, "late", 1) || true);
    CAF_CHECK_EQUAL(probe.repeated(), 0);
  });
}

CAF_TEST(who does not insist hears who has the places) {
  for (auto policy : {surplus_policy::reject, surplus_policy::kick_oldest})
    on_every_limiter(policy, [](connection_limiter& at, limiter_probe& probe) {
      CAF_CHECK(probe.ask(at, "ann", {1, false}).admitted);
      CAF_CHECK(probe.ask(at, "ann", {2, false}).admitted);
      auto answer = probe.ask(at, "ann", {3, false});
      std::ranges::sort(answer.rivals);
      CAF_CHECK(!answer.admitted);
      CAF_CHECK_EQUAL(answer.rivals, (std::vector<std::string>{"n1-1", "n1-2"}));
      CAF_CHECK(probe.evicted().empty());
      CAF_CHECK_EQUAL(at.stats().refused, 0U);
      at.leave("ann", 1);
      CAF_CHECK(probe.ask(at, "ann", {3, false}).admitted);
    });
}

CAF_TEST(whose client is silent goes first and only for a newcomer) {
  for (auto policy : {surplus_policy::reject, surplus_policy::kick_oldest})
    on_every_limiter(policy, [](connection_limiter& at, limiter_probe& probe) {
      probe.enter(at, "ann", 1);
      probe.enter(at, "ann", 2);
      CAF_CHECK(probe.enter(at, "ann", 3, {"n1-2", "n9-9"}));
      CAF_CHECK(probe.has_evicted("n1-2"));
      at.leave("ann", 2);
      at.leave("ann", 1);
      CAF_CHECK(probe.enter(at, "ann", 4, {"n1-3"}));
      CAF_CHECK_EQUAL(probe.evicted().size(), 1U);
    });
}

CAF_TEST(of those who came in one millisecond the first one is the oldest) {
  on_every_limiter(surplus_policy::kick_oldest, [](connection_limiter& at, limiter_probe& probe) {
    std::vector<std::string> order;
    for (std::uint64_t i = 8; i < 14; ++i) {
      CAF_CHECK(probe.enter(at, "ann", i));
      if (i >= 10)
        order.push_back("n1-" + std::to_string(i - 2));
    }
    CAF_CHECK(eventually([&] { return probe.evicted() == order; }));
  });
}
