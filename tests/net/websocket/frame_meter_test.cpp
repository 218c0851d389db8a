#define CAF_SUITE frame_meter_test

#include "atrium/net/websocket/frame_meter.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

CAF_TEST(who sends too many is read more slowly and not faster by waiting for it) {
  token_rate rate{10, 1s, 20};
  frame_meter subject{rate};
  subject.take(20);
  CAF_CHECK_EQUAL(subject.take_pause().count(), 0);
  subject.take(20);
  auto pause = subject.take_pause();
  CAF_CHECK(pause > 1'500ms && pause <= 2s);
  CAF_CHECK_EQUAL(subject.take_pause().count(), 0);
}

CAF_TEST(messages are never a reason to read more slowly) {
  token_rate rate{1, 1s, 1};
  frame_meter subject{rate};
  for (int i = 0; i < 100; ++i)
    subject.take(0);
  CAF_CHECK_EQUAL(subject.take_pause().count(), 0);
}

CAF_TEST(no rate is no limit) {
  token_rate none;
  frame_meter subject{none};
  for (int i = 0; i < 100; ++i)
    subject.take(1);
  CAF_CHECK_EQUAL(subject.take_pause().count(), 0);
}
