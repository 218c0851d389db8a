#define CAF_SUITE cpu_meter_test

#include "atrium/net/monitoring/cpu_meter.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

struct fixture {
  // So much time passes, of which all threads together compute so much.
  double after(std::chrono::milliseconds time, std::chrono::milliseconds busy) {
    now += time;
    used += busy;
    return meter.load();
  }

  std::chrono::nanoseconds used = 100s; // before anybody has asked
  cpu_meter::clock::time_point now{1'000h};
  cpu_meter meter{[this] { return used; }, [this] { return now; }};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(cpu_meter_tests, fixture)

CAF_TEST(the load is the average since it was asked for) {
  CAF_CHECK_EQUAL(after(0s, 0s), 0.);
  CAF_CHECK_EQUAL(after(4s, 1s), 0.25);
  CAF_CHECK_EQUAL(after(2s, 3s), 1.5);
  CAF_CHECK_EQUAL(after(10s, 0s), 0.);
}

CAF_TEST(who asks often gets the same answer for a second) {
  CAF_CHECK_EQUAL(after(2s, 1s), 0.5);
  CAF_CHECK_EQUAL(after(999ms, 0s), 0.5);
  CAF_CHECK_EQUAL(after(1ms, 250ms), 0.25);
}

CAF_TEST(the process has computed something and computes more) {
  auto before = own_cpu_time();
  CAF_CHECK(before > 0s);
  while (own_cpu_time() == before) {
    // nop: computing is the point
  }
  CAF_CHECK(own_cpu_time() > before);
}

CAF_TEST_FIXTURE_SCOPE_END()
