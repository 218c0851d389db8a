#define CAF_SUITE lane_load_test

#include "atrium/net/monitoring/metrics/lane_load.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

struct fixture {
  /// A second goes by of which the thread works for `part`.
  void work(double part) {
    now += 1s;
    busy += std::chrono::duration_cast<std::chrono::nanoseconds>(part * 1s);
    subject.sample(now, busy);
  }

  bool is(double wanted) const {
    return std::abs(subject.ratio() - wanted) < 1e-6;
  }

  lane_load subject;
  lane_load::clock::time_point now{1h};
  std::chrono::nanoseconds busy{5s};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(lane_load_tests, fixture)

CAF_TEST(nothing is known before there are two samples) {
  CAF_CHECK(is(0));
  work(1);
  CAF_CHECK(is(0));
  work(0.5);
  CAF_CHECK(is(0.5));
}

CAF_TEST(the last ten seconds count) {
  for (int i = 0; i < 11; ++i)
    work(1);
  CAF_CHECK(is(1));
  for (int i = 1; i <= 10; ++i) {
    work(0);
    CAF_CHECK(is(1 - i / 10.0));
  }
}

CAF_TEST(clocks that disagree make no nonsense) {
  work(0);
  work(1.01);
  CAF_CHECK(is(1));
  subject.sample(now, busy - 10s);
  CAF_CHECK(is(0));
}

CAF_TEST_FIXTURE_SCOPE_END()
