#define CAF_SUITE event_backlog_test

#include "atrium/broker/event_backlog.hpp"

#include "caf/test/unit_test.hpp"
#include "support/event_medium.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

event_sink_stats counts(const event_backlog& x) {
  event_sink_stats result;
  x.count(result);
  return result;
}

} // namespace

CAF_TEST(events come out as they went in) {
  event_backlog subject{no_limit};
  CAF_CHECK(subject.is_empty());
  CAF_CHECK(subject.report(comes("ann", "1")));
  CAF_CHECK(subject.report(joins("ann", "1", "x")));
  CAF_CHECK(subject.report(leaves("ann", "1", "x")));
  CAF_CHECK_EQUAL(counts(subject).waiting, 3u);
  CAF_CHECK_EQUAL(subject.take(2, no_limit).size(), 2u);
  auto last = subject.take(2, no_limit);
  CAF_REQUIRE_EQUAL(last.size(), 1u);
  CAF_CHECK(last[0].what == backend_event::kind::left);
  CAF_CHECK_EQUAL(counts(subject).bytes, 0u);
}

CAF_TEST(a portion has one event at least) {
  event_backlog subject{no_limit};
  subject.report(comes("ann", "1"));
  subject.report(comes("ann", "2"));
  CAF_CHECK_EQUAL(subject.take(9, 1).size(), 1u);
  CAF_CHECK_EQUAL(subject.take(9, no_limit).size(), 1u);
  CAF_CHECK(subject.take(9, no_limit).empty());
}

CAF_TEST(over the bound who comes is dropped with their going) {
  event_backlog subject{1000};
  auto i = 0;
  while (subject.report(comes("u", std::to_string(i))))
    ++i;
  CAF_REQUIRE(i > 1);
  CAF_CHECK_EQUAL(counts(subject).dropped, 1u);
  CAF_CHECK(counts(subject).bytes <= 1000);
  // Of those who are there nobody stays for ever.
  CAF_CHECK(!subject.report(goes("u", std::to_string(i))));
  CAF_CHECK(subject.report(goes("u", "0")));
  CAF_CHECK_EQUAL(counts(subject).dropped, 1u);
  CAF_CHECK_EQUAL(subject.take(no_limit, no_limit).size(), static_cast<std::size_t>(i) + 1);
  subject.release();
  CAF_CHECK(subject.report(comes("u", "new")));
}

CAF_TEST(what waits beyond the backlog counts for the bound) {
  std::size_t beyond = 0;
  event_backlog subject{1000, [&] { return beyond; }};
  CAF_CHECK(subject.report(comes("u", "1")));
  auto size = counts(subject).bytes;
  beyond = 1001 - 2 * size;
  CAF_CHECK(!subject.report(comes("u", "2")));
  --beyond;
  CAF_CHECK(subject.report(comes("u", "2")));
  CAF_CHECK(subject.report(goes("u", "1")));
  CAF_CHECK_EQUAL(counts(subject).dropped, 1u);
}

CAF_TEST(what was taken counts for the bound until it is released) {
  event_backlog subject{1000};
  auto i = 0;
  while (subject.report(comes("u", std::to_string(i))))
    ++i;
  CAF_CHECK_EQUAL(subject.take(no_limit, no_limit).size(), static_cast<std::size_t>(i));
  CAF_CHECK_EQUAL(counts(subject).bytes, 0u);
  CAF_CHECK(!subject.report(comes("u", "new")));
  subject.release();
  CAF_CHECK(subject.report(comes("u", "new")));
}

CAF_TEST(who comes again may go again) {
  event_backlog subject{no_limit};
  for (int i = 0; i < 3; ++i) {
    CAF_CHECK(subject.report(joins("u", "1", "x")));
    CAF_CHECK(subject.report(leaves("u", "1", "x")));
    CAF_CHECK(!subject.report(leaves("u", "1", "x")));
  }
}

CAF_TEST(a lower bound takes nothing away and holds for who comes) {
  event_backlog subject{no_limit};
  for (int i = 0; i < 20; ++i)
    CAF_CHECK(subject.report(comes("u", std::to_string(i))));
  subject.resize(1'000);
  CAF_CHECK(!subject.report(comes("u", "new")));
  CAF_CHECK(subject.report(goes("u", "0")));
  CAF_CHECK_EQUAL(counts(subject).waiting, 21u);
  subject.resize(no_limit);
  CAF_CHECK(subject.report(comes("u", "newer")));
  CAF_CHECK_EQUAL(subject.take(no_limit, no_limit).size(), 22u);
}
