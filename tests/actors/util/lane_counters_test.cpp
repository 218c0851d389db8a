#define CAF_SUITE lane_counters_test

#include "atrium/actors/util/lane_counters.hpp"

#include "caf/test/unit_test.hpp"

#include <thread>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

constexpr auto last = latency_histogram::bounds.size();

std::size_t bucket_of(std::chrono::milliseconds x) {
  latency_histogram subject;
  subject.observe(x, 1);
  for (std::size_t i = 0; i <= last; ++i)
    if (subject.count(i) == 1)
      return i;
  CAF_FAIL("in no bucket");
}

std::size_t handshakes(const lane_counters& x, std::string_view result) {
  for (std::size_t i = 0; i < handshake_results.size(); ++i)
    if (handshake_results[i] == result)
      return x.handshakes[i].value();
  CAF_FAIL("no such result");
}

} // namespace

CAF_TEST(a tally is read by others while it is written) {
  tally subject;
  constexpr std::uint64_t most = 100'000;
  std::thread writer{[&] {
    for (std::uint64_t i = 0; i < most; ++i)
      subject.add();
  }};
  std::uint64_t seen = 0;
  bool forwards = true;
  while (seen < most) {
    auto now = subject.value();
    forwards = forwards && now >= seen;
    seen = now;
  }
  writer.join();
  CAF_CHECK(forwards);
  CAF_CHECK_EQUAL(subject.value(), most);
}

CAF_TEST(each bound belongs to the bucket below it) {
  CAF_CHECK_EQUAL(bucket_of(0ms), 0U);
  for (std::size_t i = 0; i < last; ++i) {
    auto bound
      = std::chrono::duration_cast<std::chrono::milliseconds>(latency_histogram::bounds[i]);
    if (bound != latency_histogram::bounds[i])
      continue;
    CAF_CHECK_EQUAL(bucket_of(bound), i);
    CAF_CHECK_EQUAL(bucket_of(bound + 1ms), i + 1);
  }
  CAF_CHECK_EQUAL(bucket_of(1h), last);
}

CAF_TEST(a clock that was set back makes no negative latency) {
  latency_histogram subject;
  subject.observe(-5s, 3);
  CAF_CHECK_EQUAL(subject.count(0), 3U);
  CAF_CHECK(subject.sum() == 0ms);
}

CAF_TEST(a weight counts that many times) {
  latency_histogram subject;
  subject.observe(7ms, 1000);
  subject.observe(8ms, 1);
  CAF_CHECK_EQUAL(subject.count(bucket_of(7ms)), 1001U);
  CAF_CHECK(subject.sum() == 7008ms);
}

CAF_TEST(handshakes are counted by result and unknown ones together) {
  lane_counters subject;
  subject.count_handshake("accepted");
  subject.count_handshake("forbidden");
  subject.count_handshake("forbidden");
  subject.count_handshake("something new");
  CAF_CHECK_EQUAL(handshakes(subject, "accepted"), 1U);
  CAF_CHECK_EQUAL(handshakes(subject, "forbidden"), 2U);
  CAF_CHECK_EQUAL(handshakes(subject, "other"), 1U);
  CAF_CHECK_EQUAL(handshakes(subject, "overloaded"), 0U);
}

CAF_TEST(lanes share no cache line) {
  std::vector<lane_counters> lanes(2);
  auto address = [&](std::size_t i) { return reinterpret_cast<std::uintptr_t>(&lanes[i]); };
  CAF_CHECK_EQUAL(address(0) % 64, 0U);
  CAF_CHECK_EQUAL((address(1) - address(0)) % 64, 0U);
}
