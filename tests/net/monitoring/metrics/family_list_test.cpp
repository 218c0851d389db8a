#define CAF_SUITE family_list_test

#include "atrium/net/monitoring/metrics/family_list.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

CAF_TEST(counters and gauges are written with their labels) {
  family_list subject;
  subject.counter({"a_total", "As.", "kind"}, {{1, "x"}, {2, "y \"z\""}});
  subject.gauge({"b", "Bs."}, {{0.5}});
  subject.gauge({"c", "Nothing yet."}, {});
  CAF_CHECK_EQUAL(subject.text(), R"(# HELP a_total As.
# TYPE a_total counter
a_total{kind="x"} 1
a_total{kind="y \"z\""} 2
# HELP b Bs.
# TYPE b gauge
b 0.5
# HELP c Nothing yet.
# TYPE c gauge
)");
}

CAF_TEST(a histogram is the sum of its parts) {
  latency_histogram one;
  latency_histogram other;
  one.observe(0ms, 2);
  one.observe(1ms, 1);
  other.observe(5ms, 3);
  other.observe(20s, 1);
  family_list subject;
  subject.histogram({"h", "Hs.", "path"}, "local", {&one, &other});
  subject.histogram({"h", "Hs.", "path"}, "remote", {});
  auto text = subject.text();
  auto has = [&](std::string_view line) { return text.find(line) != std::string::npos; };
  CAF_CHECK(has("h_count{path=\"local\"} 7\n"));
  CAF_CHECK(has("h_sum{path=\"local\"} 20.016\n"));
  CAF_CHECK(has("h_bucket{path=\"local\",le=\"0.0005\"} 2\n"));
  CAF_CHECK(has("h_bucket{path=\"local\",le=\"0.001\"} 3\n"));
  CAF_CHECK(has("h_bucket{path=\"local\",le=\"0.0025\"} 3\n"));
  CAF_CHECK(has("h_bucket{path=\"local\",le=\"0.005\"} 6\n"));
  CAF_CHECK(has("h_bucket{path=\"local\",le=\"10\"} 6\n"));
  CAF_CHECK(has("h_bucket{path=\"local\",le=\"+Inf\"} 7\n"));
  CAF_CHECK(has("h_count{path=\"remote\"} 0\n"));
  CAF_CHECK_EQUAL(text.find("# TYPE h "), text.rfind("# TYPE h "));
}
