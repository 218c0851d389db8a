#define CAF_SUITE backoff_test

#include "atrium/broker/util/backoff.hpp"

#include "caf/test/unit_test.hpp"

#include <vector>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

backoff make(double luck) {
  return {50ms, 1s, [luck] { return luck; }};
}

std::vector<long> pauses(backoff& from, int count) {
  std::vector<long> out;
  for (int i = 0; i < count; ++i)
    out.push_back(from.next().count());
  return out;
}

} // namespace

CAF_TEST(pauses double from the floor up to the cap) {
  auto longest = make(0.999999);
  CAF_CHECK_EQUAL(pauses(longest, 7), (std::vector<long>{49, 99, 199, 399, 799, 999, 999}));
}

CAF_TEST(at least half of a pause is certain) {
  auto shortest = make(0);
  CAF_CHECK_EQUAL(pauses(shortest, 7), (std::vector<long>{25, 50, 100, 200, 400, 500, 500}));
}

CAF_TEST(a reset starts at the floor again) {
  auto subject = make(0);
  pauses(subject, 5);
  subject.reset();
  CAF_CHECK_EQUAL(subject.next(), 25ms);
}

CAF_TEST(nonsensical limits still make pauses) {
  backoff zero{0ms, 0ms};
  backoff crossed{80ms, 10ms, [] { return 0.0; }};
  for (int i = 0; i < 100; ++i)
    CAF_CHECK(zero.next() <= 1ms);
  CAF_CHECK_EQUAL(crossed.next(), 40ms);
  CAF_CHECK_EQUAL(crossed.next(), 40ms);
}

CAF_TEST(the default source of chance stays within the bounds) {
  backoff subject{50ms, 50ms};
  for (int i = 0; i < 1'000; ++i) {
    auto pause = subject.next();
    CAF_CHECK(pause >= 25ms && pause <= 50ms);
  }
}
