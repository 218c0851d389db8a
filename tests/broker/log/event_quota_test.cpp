#define CAF_SUITE event_quota_test

#include "atrium/broker/log/event_quota.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium::log;
using namespace std::chrono_literals;

namespace {

constexpr event_quota::clock::time_point start{1'000h};

struct fixture {
  /// How many of so many lines at once are written.
  int written(std::string_view event, int lines, event_quota::clock::time_point now = start) {
    auto result = 0;
    for (int i = 0; i < lines; ++i)
      result += quota.take(event, now) ? 1 : 0;
    return result;
  }

  event_quota quota;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(event_quota_tests, fixture)

CAF_TEST(a burst is written and then a line per second) {
  CAF_CHECK_EQUAL(written("room_lost", 1000), 20);
  CAF_CHECK_EQUAL(written("room_lost", 10, start + 999ms), 0);
  CAF_CHECK_EQUAL(written("room_lost", 10, start + 1s), 1);
  CAF_CHECK_EQUAL(written("room_lost", 10, start + 4s), 3);
  CAF_CHECK_EQUAL(written("room_lost", 1000, start + 1h), 20);
}

CAF_TEST(each event has a quota of its own) {
  CAF_CHECK_EQUAL(written("room_lost", 1000), 20);
  CAF_CHECK_EQUAL(written("user_lost", 1000), 20);
}

CAF_TEST(what an operator asks for comes in larger numbers) {
  for (auto event : {"trace_requested", "admin_disconnected"}) {
    CAF_CHECK_EQUAL(written(event, 10'000), 1'000);
    CAF_CHECK_EQUAL(written(event, 10'000, start + 1s), 200);
  }
}

CAF_TEST(a line tells how many were left out before it) {
  CAF_CHECK_EQUAL(quota.take("room_lost", start).value_or(9U), 0U);
  written("room_lost", 100);
  CAF_CHECK_EQUAL(quota.take("room_lost", start + 1s).value_or(9U), 81U);
  CAF_CHECK_EQUAL(quota.take("room_lost", start + 2s).value_or(9U), 0U);
  CAF_CHECK_EQUAL(quota.suppressed(), 81U);
}

CAF_TEST(what no line tells is settled when the flood is over) {
  written("room_lost", 100);
  written("user_lost", 20);
  CAF_CHECK(quota.settle(start + 19s).empty());
  auto losses = quota.settle(start + 20s);
  CAF_REQUIRE_EQUAL(losses.size(), 1U);
  CAF_CHECK_EQUAL(losses[0].event, "room_lost");
  CAF_CHECK_EQUAL(losses[0].lines, 80U);
  CAF_CHECK(quota.settle(start + 1h).empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
