#define CAF_SUITE history_rules_test

#include "atrium/actors/util/history_rules.hpp"
#include "atrium/actors/util/replay_rules.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

CAF_TEST(the longest pattern that fits says how much is kept) {
  history_rules rules;
  CAF_CHECK_EQUAL(rules.add("chat:*=1000,24h"), "");
  CAF_CHECK_EQUAL(rules.add("chat:a=b*=5,90s"), "");
  CAF_CHECK_EQUAL(rules.add("chat:private:*=off"), "");
  CAF_CHECK(rules.find("chat:1") == (history_rule{1000, 24h}));
  CAF_CHECK(rules.find("chat:a=b1") == (history_rule{5, 90s}));
  CAF_CHECK(!rules.find("chat:private:1").is_on());
  CAF_CHECK(!rules.find("lobby").is_on());
  CAF_CHECK_EQUAL(rules.add("chat:*=1,1s"), "");
  CAF_CHECK(rules.find("chat:1") == (history_rule{1, 1s}));
}

CAF_TEST(a time to live has a unit and bounds) {
  history_rules rules;
  for (auto [text, ttl] :
       std::vector<std::pair<std::string, std::chrono::seconds>>{{"1s", 1s},
                                                                 {"31622400s", 366 * 24h},
                                                                 {"1m", 60s},
                                                                 {"527040m", 366 * 24h},
                                                                 {"1h", 1h},
                                                                 {"8784h", 366 * 24h},
                                                                 {"1d", 24h},
                                                                 {"366d", 366 * 24h}}) {
    CAF_CHECK_EQUAL(rules.add("a=1000000," + text), "");
    CAF_CHECK(rules.find("a") == (history_rule{1'000'000, ttl}));
  }
}

CAF_TEST(a bad rule for a history is named and changes nothing) {
  history_rules rules;
  rules.add("a=7,7s");
  for (std::string bad : {"",
                          "a",
                          "a=",
                          "=1,1s",
                          "a=1",
                          "a=1,",
                          "a=,1s",
                          "a=0,1s",
                          "a=1000001,1s",
                          "a=-1,1s",
                          "a=+1,1s",
                          "a=1.5,1s",
                          "a=1,0s",
                          "a=1,367d",
                          "a=1,8785h",
                          "a=1,1",
                          "a=1,s",
                          "a=1,1w",
                          "a=1,1S",
                          "a=1,-1s",
                          "a=1,1.5h",
                          "a=1, 1s",
                          "a=1 ,1s",
                          "a=1,31622401s",
                          "a=1,1s,1s",
                          "a=1h,1h",
                          "a=OFF",
                          "a=on",
                          "a=1,1ms",
                          "a=1;1s",
                          "a=0x10,10s",
                          "a=1e3,10s",
                          "a=1,1s=",
                          "a=1,527041m",
                          "a=1,99999999999999999999d",
                          "a=99999999999999999999,1s"})
    CAF_CHECK(rules.add(bad).starts_with('\'' + bad + "' is not PATTERN=COUNT,TTL"));
  CAF_CHECK(rules.find("a") == (history_rule{7, 7s}));
}

CAF_TEST(the longest pattern that fits says how many a newcomer gets) {
  replay_rules rules;
  CAF_CHECK_EQUAL(rules.add("*=1000"), "");
  CAF_CHECK_EQUAL(rules.add("ticker:*=1"), "");
  CAF_CHECK_EQUAL(rules.add("ticker:quiet=0"), "");
  CAF_CHECK_EQUAL(rules.find("lobby"), 1000U);
  CAF_CHECK_EQUAL(rules.find("ticker:gold"), 1U);
  CAF_CHECK_EQUAL(rules.find("ticker:quiet"), 0U);
  CAF_CHECK_EQUAL(replay_rules{}.find("lobby"), 0U);
}

CAF_TEST(a bad rule for a replay is named and changes nothing) {
  replay_rules rules;
  rules.add("a=7");
  for (std::string bad : {"", "a", "a=", "=1", "a=-1", "a=1001", "a=1.0", "a=one", "a= 1", "a=off",
                          "a=99999999999999999999"})
    CAF_CHECK(rules.add(bad).starts_with('\'' + bad + "' is not PATTERN=N"));
  CAF_CHECK_EQUAL(rules.find("a"), 7U);
}
