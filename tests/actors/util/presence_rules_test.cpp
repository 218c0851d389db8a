#define CAF_SUITE presence_rules_test

#include "atrium/actors/util/presence_rules.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

using mode = presence_mode;

CAF_TEST(the longest pattern that fits says what a room tells) {
  presence_rules rules;
  for (auto* rule : {"chat:*", "chat:big:*=count", "chat:secret=off", "a=b=full", "lobby=full"})
    CAF_CHECK_EQUAL(rules.add(rule), "");
  CAF_CHECK(rules.find("chat:1") == mode::full);
  CAF_CHECK(rules.find("chat:big:1") == mode::count);
  CAF_CHECK(rules.find("chat:secret") == mode::off);
  CAF_CHECK(rules.find("a=b") == mode::full);
  CAF_CHECK(rules.find("lobby") == mode::full);
  CAF_CHECK(rules.find("lobby1") == mode::off);
  CAF_CHECK(presence_rules{}.find("chat:1") == mode::off);
}

CAF_TEST(a bad rule for a presence is named and changes nothing) {
  presence_rules rules;
  rules.add("a=count");
  for (std::string bad : {"", "=", "a=", "=count", "a=b", "a=on", "a=Count", "a=count ", "a=off="})
    CAF_CHECK(rules.add(bad).starts_with('\'' + bad + "' is not PATTERN"));
  CAF_CHECK(rules.find("a") == mode::count);
}

CAF_TEST(modes have names) {
  CAF_CHECK_EQUAL(to_string(mode::off), "off");
  CAF_CHECK_EQUAL(to_string(mode::count), "count");
  CAF_CHECK_EQUAL(to_string(mode::full), "full");
}
