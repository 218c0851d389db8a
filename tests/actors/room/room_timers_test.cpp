#define CAF_SUITE room_timers_test

#include "atrium/actors/room/room_timers.hpp"

#include "caf/test/unit_test.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using names = std::vector<std::string>;

constexpr auto endless = std::chrono::milliseconds::max();

struct fixture {
  void set(const std::string& name, std::chrono::milliseconds first,
           std::chrono::milliseconds interval = 0ms) {
    timers.set(name, now, first, interval);
  }

  /// Takes all that are due.
  names take() {
    names result;
    auto last = timers.last();
    while (auto name = timers.take_due(now, last))
      result.push_back(*name);
    return result;
  }

  /// How long it is until something is due.
  std::chrono::nanoseconds rest() const {
    return timers.earliest().value() - now;
  }

  room_timers timers;
  room_timers::time_point now{24h};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_timers_tests, fixture)

CAF_TEST(they come in the order of their times) {
  CAF_CHECK(!timers.earliest());
  set("a", 30ms);
  set("b", 10ms);
  set("c", 20ms);
  CAF_CHECK(rest() == 10ms);
  CAF_CHECK_EQUAL(take(), names{});
  now += 10ms;
  CAF_CHECK_EQUAL(take(), names{"b"});
  now += 1h;
  CAF_CHECK_EQUAL(take(), (names{"c", "a"}));
  CAF_CHECK(!timers.earliest());
}

CAF_TEST(of those for one time the first that was set comes first) {
  set("b", 10ms);
  set("a", 10ms);
  set("c", 10ms);
  now += 10ms;
  CAF_CHECK_EQUAL(take(), (names{"b", "a", "c"}));
}

CAF_TEST(a name is that of one timer) {
  set("a", 10ms);
  set("a", 30ms);
  now += 20ms;
  CAF_CHECK_EQUAL(take(), names{});
  set("a", 1ms, 1ms);
  set("a", 1ms);
  now += 1ms;
  CAF_CHECK_EQUAL(take(), names{"a"});
  CAF_CHECK_EQUAL(timers.size(), 0U);
}

CAF_TEST(what is cancelled does not come) {
  set("a", 10ms);
  CAF_CHECK(timers.cancel("a"));
  CAF_CHECK(!timers.cancel("a"));
  set("b", 10ms, 10ms);
  CAF_CHECK(timers.cancel("b"));
  now += 1h;
  CAF_CHECK_EQUAL(take(), names{});
}

CAF_TEST(what is set while others are taken waits for its turn) {
  set("a", 0ms);
  auto last = timers.last();
  CAF_CHECK(timers.take_due(now, last) == "a");
  set("a", 0ms);
  CAF_CHECK(!timers.take_due(now, last));
  CAF_CHECK(rest() == 0ms);
  CAF_CHECK_EQUAL(take(), names{"a"});
}

CAF_TEST(an interval neither drifts nor makes up for what was missed) {
  auto begin = now;
  set("a", 10ms, 10ms);
  now += 13ms; // late
  CAF_CHECK_EQUAL(take(), names{"a"});
  CAF_CHECK(timers.earliest() == begin + 20ms);
  now = begin + 55ms;
  CAF_CHECK_EQUAL(take(), names{"a"});
  CAF_CHECK(timers.earliest() == begin + 60ms);
  now = begin + 60ms;
  CAF_CHECK_EQUAL(take(), names{"a"});
  CAF_CHECK(timers.earliest() == begin + 70ms);
}

CAF_TEST(no duration is too long or too short) {
  set("past", -endless);
  set("past again", std::chrono::milliseconds::min(), std::chrono::milliseconds::min());
  CAF_CHECK(rest() == 0ms);
  CAF_CHECK_EQUAL(take(), (names{"past", "past again"}));
  CAF_CHECK_EQUAL(timers.size(), 0U);
  set("future", endless, endless);
  CAF_CHECK(rest() == room_timers::longest);
  now += room_timers::longest;
  CAF_CHECK_EQUAL(take(), names{"future"});
  CAF_CHECK(rest() == room_timers::longest);
}

CAF_TEST(there is a bound) {
  for (std::size_t i = 0; i < room_timers::most; ++i)
    set(std::to_string(i), 1h);
  auto refused = false;
  try {
    set("one more", 1h);
  } catch (const std::length_error&) {
    refused = true;
  }
  CAF_CHECK(refused);
  set("0", 2h); // replaces one
  timers.cancel("1");
  set("one more", 1h);
  CAF_CHECK_EQUAL(timers.size(), room_timers::most);
  timers.clear();
  CAF_CHECK_EQUAL(timers.size(), 0U);
}

CAF_TEST(those that come next are shown) {
  using due_in = std::map<std::string, std::int64_t>;
  set("late", 1ms);
  now += 6ms;
  set("a", 1h);
  set("b", 20ms);
  set("c", 10ms);
  CAF_CHECK_EQUAL(timers.next(3, now), (due_in{{"b", 20}, {"c", 10}, {"late", -5}}));
  CAF_CHECK_EQUAL(timers.next(9, now).size(), 4U);
}

// -- saved and set again ----------------------------------------------------------

CAF_TEST(they are listed in the order in which they were set) {
  set("b", 20ms);
  set("a", 30ms, 5ms);
  set("c", 20ms);
  set("b", 10ms); // again, so last
  auto all = timers.list();
  CAF_REQUIRE_EQUAL(all.size(), 3U);
  CAF_CHECK_EQUAL(all[0].name, "a");
  CAF_CHECK(all[0].due == now + 30ms);
  CAF_CHECK(all[0].interval == 5ms);
  CAF_CHECK_EQUAL(all[1].name, "c");
  CAF_CHECK_EQUAL(all[2].name, "b");
  CAF_CHECK(all[2].due == now + 10ms);
  CAF_CHECK(all[2].interval == 0ms);
}

CAF_TEST(what is put back goes on as it was) {
  set("once", 20ms);
  set("often", 10ms, 15ms);
  set("same time", 20ms);
  auto all = timers.list();
  timers.clear();
  for (auto& x : all)
    timers.put(std::move(x));
  CAF_CHECK(rest() == 10ms);
  now += 20ms;
  CAF_CHECK_EQUAL(take(), (names{"often", "once", "same time"}));
  CAF_CHECK(rest() == 5ms); // often
  CAF_CHECK_EQUAL(timers.size(), 1U);
}

CAF_TEST(what is put takes the place of a timer of that name) {
  set("a", 20ms, 20ms);
  timers.put({"a", now + 5ms});
  CAF_CHECK_EQUAL(timers.size(), 1U);
  now += 5ms;
  CAF_CHECK_EQUAL(take(), names{"a"});
  CAF_CHECK_EQUAL(timers.size(), 0U);
}

CAF_TEST(the version changes when the list does) {
  auto before = timers.version();
  auto changed = [&] { return std::exchange(before, timers.version()) != timers.version(); };
  set("a", 10ms, 10ms);
  CAF_CHECK(changed());
  set("a", 20ms, 10ms);
  CAF_CHECK(changed());
  CAF_CHECK(!timers.cancel("b"));
  CAF_CHECK_EQUAL(take(), names{});
  timers.list();
  CAF_CHECK(!changed());
  now += 20ms;
  CAF_CHECK_EQUAL(take(), names{"a"}); // it is due later from now on
  CAF_CHECK(changed());
  timers.cancel("a");
  CAF_CHECK(changed());
  timers.put({"a", now});
  CAF_CHECK(changed());
  timers.clear();
  CAF_CHECK(changed());
}

CAF_TEST_FIXTURE_SCOPE_END()
