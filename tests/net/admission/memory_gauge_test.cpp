#define CAF_SUITE memory_gauge_test

#include "atrium/net/admission/memory_gauge.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

constexpr memory_gauge::clock::time_point start{1'000h};

std::uint64_t watermark(std::string_view text) {
  std::uint64_t result = 12'345;
  if (!read_watermark(text, 1'000, result).empty())
    CAF_CHECK_EQUAL(result, 12'345U);
  return result;
}

} // namespace

CAF_TEST(a watermark is a percentage or a number of bytes) {
  CAF_CHECK_EQUAL(watermark("90%"), 900U);
  CAF_CHECK_EQUAL(watermark("100%"), 1'000U);
  CAF_CHECK_EQUAL(watermark("5000000000"), 5'000'000'000U);
  CAF_CHECK_EQUAL(watermark("0"), 0U);
  for (auto bad : {"", "%", "101%", "-1", "1 GB", "1.5", "9%%", " 9"})
    CAF_CHECK_EQUAL(watermark(bad), 12'345U);
}

namespace {

/// A process that keeps what is free until it is told to give it back.
struct process {
  memory_gauge::heap heap() {
    return {[this] {
              ++looks;
              return used + free;
            },
            [this] {
              ++tidied;
              free = 0;
            }};
  }

  std::uint64_t used = 0;
  std::uint64_t free = 0;
  int looks = 0;
  int tidied = 0;
};

} // namespace

CAF_TEST(a gauge looks ten times a second at most) {
  process x{50};
  memory_gauge gauge{100, x.heap()};
  CAF_CHECK(!gauge.is_over(start));
  x.used = 101;
  CAF_CHECK(!gauge.is_over(start + 99ms));
  CAF_CHECK(gauge.is_over(start + 100ms));
  CAF_CHECK_EQUAL(x.looks, 2);
}

CAF_TEST(once over the watermark a tenth has to be free again) {
  process x{101};
  memory_gauge gauge{100, x.heap()};
  CAF_CHECK(gauge.is_over(start));
  x.used = 91;
  CAF_CHECK(gauge.is_over(start + 1s));
  x.used = 90;
  CAF_CHECK(!gauge.is_over(start + 2s));
  x.used = 100;
  CAF_CHECK(!gauge.is_over(start + 3s));
}

CAF_TEST(what is free does not count once it has been given back) {
  process x{20, 90};
  memory_gauge gauge{100, x.heap()};
  CAF_CHECK(gauge.is_over(start));
  gauge.tidy(start);
  CAF_CHECK_EQUAL(x.tidied, 1);
  CAF_CHECK(!gauge.is_over(start));
}

CAF_TEST(near the watermark memory is given back every two seconds) {
  process x{80};
  memory_gauge gauge{100, x.heap()};
  for (int tenth = 0; tenth < 100; ++tenth)
    gauge.tidy(start + tenth * 100ms);
  CAF_CHECK_EQUAL(x.tidied, 5);
}

CAF_TEST(far from it only what has grown and every half minute) {
  process x{20};
  memory_gauge gauge{100, x.heap()};
  auto tidied_by = [&](std::chrono::seconds time) {
    gauge.tidy(start + time);
    return x.tidied;
  };
  CAF_CHECK_EQUAL(tidied_by(0s), 1);
  CAF_CHECK_EQUAL(tidied_by(60s), 1);
  x.free = 20;
  CAF_CHECK_EQUAL(tidied_by(61s), 2);
  x.free = 20;
  CAF_CHECK_EQUAL(tidied_by(90s), 2);
  CAF_CHECK_EQUAL(tidied_by(91s), 3);
}

CAF_TEST(without a watermark nobody is refused) {
  process x{1'000'000};
  memory_gauge gauge{0, x.heap()};
  CAF_CHECK(!gauge.is_over(start));
  CAF_CHECK_EQUAL(x.looks, 0);
}

CAF_TEST(the process occupies some of what there is) {
  CAF_CHECK(resident_bytes() > 1'000'000);
  CAF_CHECK(resident_bytes() < available_bytes());
}
