#define CAF_SUITE stop_watchdog_test

#include "atrium/net/node/stop_watchdog.hpp"

#include "caf/test/unit_test.hpp"

#include <atomic>
#include <future>

using namespace atrium;
using namespace std::chrono_literals;

CAF_TEST(a stop that takes too long ends the process with 1) {
  std::atomic<bool> asked = false;
  std::promise<int> ended;
  stop_watchdog subject{10ms,
                        [&] {
                          asked = true;
                          return std::string{"the bus"};
                        },
                        [&](int code) { ended.set_value(code); }};
  CAF_CHECK_EQUAL(ended.get_future().get(), 1);
  CAF_CHECK(asked);
}

CAF_TEST(a stop that ends in time is left alone) {
  auto ended = false;
  {
    stop_watchdog subject{1h, [] { return std::string{}; }, [&](int) { ended = true; }};
  }
  CAF_CHECK(!ended);
}
