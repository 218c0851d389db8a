#define CAF_SUITE gap_clock_test

#include "atrium/broker/redis/gap_clock.hpp"

#include "caf/test/unit_test.hpp"

#include <chrono>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using interval = gap_clock::interval;

// Both clocks of a machine, as the test wants them.
struct fixture {
  gap_clock make(gap_clock::margins by = {}) {
    return gap_clock{by, [this] { return now; }};
  }

  void pass(std::chrono::milliseconds time) {
    now.moment += time;
    now.wall += time;
  }

  // Time passes for the watch, which looks every second.
  void watch(gap_clock& subject, std::chrono::seconds time) {
    for (; time > 0s; time -= 1s) {
      pass(1s);
      subject.look();
    }
  }

  void set_clock(std::chrono::milliseconds by) {
    now.wall += by;
  }

  gap_clock::reading now{gap_clock::steady{5h}, unix_time{1'000'000s}};
};

bool covers(const interval& x, unix_time time) {
  return x.first <= time && time <= x.second;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(gap_clock_tests, fixture)

CAF_TEST(an interval is the time that has passed) {
  auto subject = make();
  watch(subject, 10s);
  auto from = now;
  watch(subject, 7s);
  auto [first, last] = subject.since(from.moment);
  CAF_CHECK(first == from.wall);
  CAF_CHECK(last == now.wall);
}

CAF_TEST(messages that have waited and clocks that differ are allowed for) {
  auto subject = make({5s, 2s});
  auto from = now;
  watch(subject, 3s);
  auto [first, last] = subject.since(from.moment);
  CAF_CHECK(first == from.wall - 7s);
  CAF_CHECK(last == now.wall + 2s);
}

CAF_TEST(whatever the clock was set by each time it showed is in the interval) {
  for (auto step : {-3600s, -30s, -1s, 1s, 30s, 3600s})
    for (auto before : {0s, 1s, 20s})
      for (auto after : {0s, 1s, 20s}) {
        auto subject = make();
        watch(subject, 3s);
        auto from = now;
        watch(subject, before);
        pass(400ms);
        auto last_before = now.wall;
        set_clock(step);
        auto first_after = now.wall;
        pass(300ms);
        watch(subject, after);
        auto found = subject.since(from.moment);
        CAF_CHECK(found.first <= found.second);
        for (auto time : {from.wall, last_before, first_after, now.wall})
          CAF_CHECK(covers(found, time));
        // And nothing that it has not shown, but for the time between two looks.
        CAF_CHECK(found.first >= std::min(from.wall, first_after) - 1700ms);
        CAF_CHECK(found.second <= std::max(last_before, now.wall) + 1700ms);
      }
}

CAF_TEST(a step before the interval does not lengthen it) {
  auto subject = make();
  set_clock(-1h);
  watch(subject, 5s);
  auto from = now;
  watch(subject, 5s);
  auto found = subject.since(from.moment);
  CAF_CHECK(found.first == from.wall);
  CAF_CHECK(found.second == now.wall);
}

CAF_TEST(a clock that is set all the time is remembered by its extremes) {
  auto subject = make();
  auto from = now;
  auto first = now.wall;
  auto last = now.wall;
  for (int i = 0; i < 1'000; ++i) {
    set_clock(i % 2 == 0 ? -5min : 7min);
    pass(1s);
    subject.look();
    first = std::min(first, now.wall);
    last = std::max(last, now.wall);
  }
  auto found = subject.since(from.moment);
  CAF_CHECK(covers(found, first) && covers(found, last));
}

CAF_TEST_FIXTURE_SCOPE_END()
