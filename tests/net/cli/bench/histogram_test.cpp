#define CAF_SUITE histogram_test

#include "atrium/net/cli/bench/histogram.hpp"

#include <caf/test/unit_test.hpp>

#include <cstdint>
#include <limits>

using atrium::bench::histogram;

namespace {

constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

} // namespace

CAF_TEST(an_empty_histogram_has_only_zeros) {
  histogram x;
  CAF_CHECK_EQUAL(x.count(), 0U);
  CAF_CHECK_EQUAL(x.max(), 0U);
  CAF_CHECK_EQUAL(x.at(0.5), 0U);
}

CAF_TEST(small_values_are_exact) {
  histogram x;
  for (std::uint64_t i = 1; i <= 100; ++i)
    x.record(i);
  CAF_CHECK_EQUAL(x.at(0), 1U);
  CAF_CHECK_EQUAL(x.at(0.5), 50U);
  CAF_CHECK_EQUAL(x.at(0.99), 99U);
  CAF_CHECK_EQUAL(x.at(0.991), 100U);
  CAF_CHECK_EQUAL(x.at(1), 100U);
}

CAF_TEST(every_value_comes_back_with_less_than_a_percent_too_much) {
  for (std::uint64_t value = 1; value < largest / 3; value += value / 3 + 1) {
    histogram x;
    x.record(value);
    x.record(largest);
    auto got = x.at(0.5);
    CAF_CHECK(got >= value);
    CAF_CHECK(got - value <= value / 127);
  }
}

CAF_TEST(the_largest_value_is_exact_and_bounds_all_quantiles) {
  histogram x;
  x.record(1'000'003);
  CAF_CHECK_EQUAL(x.max(), 1'000'003U);
  CAF_CHECK_EQUAL(x.at(0.5), 1'000'003U);
  x.record(largest);
  CAF_CHECK_EQUAL(x.at(1), largest);
}

CAF_TEST(a_rare_large_value_shows_only_in_the_quantile_that_holds_it) {
  histogram x;
  for (int i = 0; i < 999; ++i)
    x.record(10);
  x.record(5'000);
  CAF_CHECK_EQUAL(x.at(0.99), 10U);
  CAF_CHECK_EQUAL(x.at(0.999), 10U);
  CAF_CHECK_EQUAL(x.at(0.9999), 5'000U);
}

CAF_TEST(clearing_forgets_everything) {
  histogram x;
  x.record(77);
  x.clear();
  CAF_CHECK_EQUAL(x.count(), 0U);
  CAF_CHECK_EQUAL(x.max(), 0U);
  x.record(3);
  CAF_CHECK_EQUAL(x.at(1), 3U);
}
