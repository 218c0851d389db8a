#define CAF_SUITE human_test

#include "atrium/net/cli/inspect/human.hpp"

#include <caf/test/unit_test.hpp>

#include <cmath>

using namespace atrium::tool;

CAF_TEST(sizes_have_units) {
  CAF_CHECK_EQUAL(size_text(0), "0 B");
  CAF_CHECK_EQUAL(size_text(1023), "1023 B");
  CAF_CHECK_EQUAL(size_text(1024), "1.0 KiB");
  CAF_CHECK_EQUAL(size_text(1536), "1.5 KiB");
  CAF_CHECK_EQUAL(size_text(1024.0 * 1024 - 1), "1.0 MiB");
  CAF_CHECK_EQUAL(size_text(64.0 * 1024 * 1024), "64.0 MiB");
  CAF_CHECK_EQUAL(size_text(std::pow(2.0, 60)), "1048576.0 TiB");
}

CAF_TEST(durations_have_two_units_at_most) {
  CAF_CHECK_EQUAL(duration_text(0), "0 ms");
  CAF_CHECK_EQUAL(duration_text(0.35), "350 ms");
  CAF_CHECK_EQUAL(duration_text(0.9999), "1 s");
  CAF_CHECK_EQUAL(duration_text(2.25), "2.2 s");
  CAF_CHECK_EQUAL(duration_text(59.6), "1 min");
  CAF_CHECK_EQUAL(duration_text(303), "5 min 3 s");
  CAF_CHECK_EQUAL(duration_text(3600 * 2 + 610), "2 h 10 min");
  CAF_CHECK_EQUAL(duration_text(86400.0 * 3 + 3600 * 4), "3 d 4 h");
}

CAF_TEST(durations_that_are_none_do_no_harm) {
  CAF_CHECK_EQUAL(duration_text(-1), "-1 s");
  CAF_CHECK(duration_text(1e300).ends_with(" s"));
  CAF_CHECK(duration_text(std::nan("")).ends_with(" s"));
}

CAF_TEST(numbers_have_the_decimals_that_matter) {
  CAF_CHECK_EQUAL(number_text(0), "0");
  CAF_CHECK_EQUAL(number_text(100), "100");
  CAF_CHECK_EQUAL(number_text(7.54), "7.5");
  CAF_CHECK_EQUAL(number_text(0.04), "0.04");
  CAF_CHECK_EQUAL(number_text(0.999), "1");
}

CAF_TEST(one_is_not_many) {
  CAF_CHECK_EQUAL(count_text("1", "members"), "1 member");
  CAF_CHECK_EQUAL(count_text("0", "members"), "0 members");
  CAF_CHECK_EQUAL(count_text("11", "members"), "11 members");
}

CAF_TEST(the_clock_is_that_of_utc) {
  CAF_CHECK_EQUAL(clock_text(0), "00:00:00");
  CAF_CHECK_EQUAL(clock_text(1'764'089'523'999), "16:52:03");
}

CAF_TEST(the_end_of_a_key_says_the_unit) {
  CAF_CHECK_EQUAL(value_text("outbox_bytes", 2048), "2.0 KiB");
  CAF_CHECK_EQUAL(value_text("age_s", 61), "1 min 1 s");
  CAF_CHECK_EQUAL(value_text("window_ms", 1500), "1.5 s");
  CAF_CHECK_EQUAL(value_text("turn_us", 250), "0 ms");
  CAF_CHECK_EQUAL(value_text("messages_per_s", 12.34), "12.3");
  CAF_CHECK_EQUAL(value_text("id", 18'446'744'073'709'551'615U), "18446744073709551615");
}

CAF_TEST(values_of_any_kind_have_a_text) {
  CAF_CHECK_EQUAL(value_text("x", nullptr), "");
  CAF_CHECK_EQUAL(value_text("x", true), "yes");
  CAF_CHECK_EQUAL(value_text("x", "ann"), "ann");
  CAF_CHECK_EQUAL(value_text("x", json::parse("[1,{\"a\":2}]")), "[1,{\"a\":2}]");
  CAF_CHECK_EQUAL(field_text(json::parse("{\"a\":1}"), "b"), "");
  CAF_CHECK_EQUAL(field_text(json::parse("[1]"), "b"), "");
}

CAF_TEST(a view is parsed unless it is nested as no view is) {
  auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  auto view = parse_view(R"({"a":[1]})");
  CAF_CHECK_EQUAL(view["a"][0], 1);
  CAF_CHECK(parse_view(nested(60)).is_array());
  CAF_CHECK(parse_view(nested(70)).is_discarded());
  CAF_CHECK(parse_view(nested(1'000'000)).is_discarded());
  CAF_CHECK(parse_view(R"({"a":)").is_discarded());
  CAF_CHECK(parse_view("").is_discarded());
}
