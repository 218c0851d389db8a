#define CAF_SUITE client_expiry_test

#include "atrium/net/admission/client_expiry.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

constexpr unix_time start{1'000'000ms};

} // namespace

CAF_TEST(who has no end stays) {
  client_expiry subject;
  CAF_CHECK(!subject.due(start, 25s));
  CAF_CHECK(!subject.is_over(start));
}

CAF_TEST(an end is watched when it comes before the next look) {
  client_expiry subject;
  subject.move_to(start + 60s);
  CAF_CHECK(!subject.due(start, 25s));
  CAF_CHECK(subject.due(start + 35s, 25s) == 25s);
  CAF_CHECK(subject.due(start + 59'001ms, 25s) == 1s); // never too early
  CAF_CHECK(!subject.is_over(start + 59'999ms));
  CAF_CHECK(subject.is_over(start + 60s));
}

CAF_TEST(an end that has passed is due at once) {
  client_expiry subject;
  subject.move_to(start - 10s);
  CAF_CHECK(subject.due(start, 25s) == 0s);
  CAF_CHECK(subject.is_over(start));
}

CAF_TEST(a newer token moves the end) {
  client_expiry subject;
  subject.move_to(start + 5s);
  CAF_CHECK(subject.due(start, 25s) == 5s);
  subject.move_to(start + 500s);
  CAF_CHECK(!subject.due(start, 25s));
  subject.move_to(never);
  CAF_CHECK(!subject.is_over(start + 1'000h));
}
