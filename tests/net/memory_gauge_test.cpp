#define CAF_SUITE memory_gauge_test

#include "atrium/net/memory_gauge.hpp"

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

CAF_TEST(a gauge looks once a second at most) {
  std::uint64_t occupied = 50;
  int looks = 0;
  memory_gauge gauge{100, [&] {
                       ++looks;
                       return occupied;
                     }};
  CAF_CHECK(!gauge.is_over(start));
  occupied = 101;
  CAF_CHECK(!gauge.is_over(start + 999ms));
  CAF_CHECK(gauge.is_over(start + 1s));
  occupied = 100;
  CAF_CHECK(gauge.is_over(start + 1s));
  CAF_CHECK(!gauge.is_over(start + 2s));
  CAF_CHECK_EQUAL(looks, 3);
}

CAF_TEST(without a watermark nobody looks) {
  memory_gauge gauge{0, []() -> std::uint64_t {
                       CAF_ERROR("somebody has looked");
                       return 1;
                     }};
  CAF_CHECK(!gauge.is_over(start));
}

CAF_TEST(the process occupies some of what there is) {
  CAF_CHECK(resident_bytes() > 1'000'000);
  CAF_CHECK(resident_bytes() < available_bytes());
}
