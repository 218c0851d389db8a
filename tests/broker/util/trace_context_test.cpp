#define CAF_SUITE trace_context_test

#include "atrium/broker/util/trace_context.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

namespace {

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string span = "00f067aa0ba902b7";

std::string made_of(const std::string& version, const std::string& flags) {
  return version + "-" + trace + "-" + span + "-" + flags;
}

} // namespace

CAF_TEST(a good one stays as it is) {
  for (auto flags : {"00", "01", "02", "ff"})
    CAF_CHECK_EQUAL(read_traceparent(made_of("00", flags)), made_of("00", flags));
  auto good = made_of("00", "01");
  CAF_CHECK_EQUAL(trace_id_of(good), trace);
}

CAF_TEST(a newer version is read as far as it is known) {
  CAF_CHECK_EQUAL(read_traceparent(made_of("01", "01")), made_of("00", "01"));
  CAF_CHECK_EQUAL(read_traceparent(made_of("cc", "fe")), made_of("00", "00"));
  CAF_CHECK_EQUAL(read_traceparent(made_of("fe", "0b") + "-what-comes"), made_of("00", "01"));
  CAF_CHECK_EQUAL(read_traceparent(made_of("01", "01") + "-"), made_of("00", "01"));
  CAF_CHECK_EQUAL(read_traceparent(made_of("01", "01") + "more"), "");
  CAF_CHECK_EQUAL(read_traceparent(made_of("01", "01") + "."), "");
}

CAF_TEST(what the standard forbids is malformed) {
  auto good = made_of("00", "01");
  CAF_CHECK_EQUAL(read_traceparent(""), "");
  CAF_CHECK_EQUAL(read_traceparent(made_of("ff", "01")), "");
  CAF_CHECK_EQUAL(read_traceparent(good + "-"), "");
  CAF_CHECK_EQUAL(read_traceparent(good + "-more"), "");
  CAF_CHECK_EQUAL(read_traceparent(" " + good), "");
  CAF_CHECK_EQUAL(read_traceparent("00-" + std::string(32, '0') + "-" + span + "-01"), "");
  CAF_CHECK_EQUAL(read_traceparent("00-" + trace + "-" + std::string(16, '0') + "-01"), "");
  CAF_CHECK_EQUAL(trace_id_of(""), "");
}

CAF_TEST(every cut and every strange character is malformed) {
  auto good = made_of("00", "01");
  for (std::size_t n = 0; n < good.size(); ++n) {
    CAF_CHECK_EQUAL(read_traceparent(good.substr(0, n)), "");
    for (auto c : {'A', 'F', 'g', ' ', '_', '\0', '\xe9'}) {
      auto bad = good;
      bad[n] = c;
      CAF_CHECK_EQUAL(read_traceparent(bad), "");
    }
  }
}
