#define CAF_SUITE option_changes_test

#include "atrium/net/options/option_changes.hpp"

#include "support/option_probe.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

const option_table table;

/// Returns the changes from the options of these flags to those of the others.
std::vector<option_change> changes(const strings& before, const strings& after) {
  auto first = parse(before);
  auto second = parse(after);
  check_good(first);
  check_good(second);
  return changes_between(first.value, second.value, table);
}

/// Returns the only change, of which there has to be one.
option_change change(const strings& before, const strings& after) {
  auto result = changes(before, after);
  CAF_REQUIRE_EQUAL(result.size(), 1U);
  return result.front();
}

} // namespace

CAF_TEST(what is the same is no change) {
  CAF_CHECK(changes({}, {}).empty());
  CAF_CHECK(changes({"--max-rooms=128", "--history=a=1,1h"}, {"--history=a=1,1h"}).empty());
}

CAF_TEST(each option that differs is one change with both values) {
  auto found = changes({"--max-rooms=3", "--lanes=1"},
                       {"--lanes=2", "--max-rooms=4", "--history=a=1,1h", "--history=b=2,1h"});
  CAF_REQUIRE_EQUAL(found.size(), 3U);
  struct row {
    std::string name, from, to;
    bool is_live;
  };
  std::vector<row> expected = {{"lanes", "1", "2", false},
                               {"max-rooms", "3", "4", true},
                               {"history", "", "a=1,1h, b=2,1h", true}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAF_CHECK_EQUAL(found[i].option->name, expected[i].name);
    CAF_CHECK_EQUAL(found[i].from, expected[i].from);
    CAF_CHECK_EQUAL(found[i].to, expected[i].to);
    CAF_CHECK_EQUAL(found[i].is_live, expected[i].is_live);
  }
}

CAF_TEST(a password is in no change) {
  auto found = change({"--redis=redis://u:secret@h:1"}, {"--redis=redis://u:hidden@h:2"});
  CAF_CHECK(!contains(found.from + found.to, "secret"));
  CAF_CHECK(!contains(found.from + found.to, "hidden"));
  CAF_CHECK(contains(found.to, "h:2"));
}

CAF_TEST(what is live while on cannot be switched) {
  CAF_CHECK(change({"--user-connections=2"}, {"--user-connections=3"}).is_live);
  CAF_CHECK(!change({"--user-connections=2"}, {"--user-connections=0"}).is_live);
  CAF_CHECK(!change({"--user-connections=0"}, {"--user-connections=2"}).is_live);
  CAF_CHECK(change({"--presence=a"}, {"--presence=b"}).is_live);
  CAF_CHECK(!change({}, {"--presence=b"}).is_live);
  for (auto& x : changes({}, {"--tls-cert=a", "--tls-key=b"}))
    CAF_CHECK(!x.is_live);
}

CAF_TEST(a running node takes over what is live and nothing else) {
  auto before = parse({"--lanes=1", "--max-rooms=3", "--presence=a"}).value;
  auto after = parse({"--lanes=2", "--max-rooms=4", "--allow-origin=*"}).value;
  auto result = with_live(before, changes_between(before, after, table));
  CAF_CHECK_EQUAL(result.lanes.count, 1U);
  CAF_CHECK_EQUAL(result.limits.rooms_per_connection, 4U);
  CAF_CHECK(result.admission.allow_origin == strings{"*"});
  CAF_CHECK(result.presence.rules == strings{"a"});
}
