#define CAF_SUITE client_pulse_test

#include "atrium/net/websocket/client_pulse.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

CAF_TEST(a client is silent after two beats without a sign) {
  client_pulse subject;
  CAF_CHECK(!subject.is_silent(true)); // it has just come
  CAF_CHECK(!subject.is_silent(true));
  CAF_CHECK(subject.is_silent(true));
  subject.hear();
  CAF_CHECK(!subject.is_silent(true));
  CAF_CHECK(!subject.is_silent(true));
  CAF_CHECK(subject.is_silent(true));
}

CAF_TEST(who is not listened to is not silent) {
  client_pulse subject;
  for (int i = 0; i < 10; ++i)
    CAF_CHECK(!subject.is_silent(false));
  CAF_CHECK(!subject.is_silent(true));
  CAF_CHECK(subject.is_silent(true));
}

CAF_TEST(idle is who asks for nothing for so long) {
  client_pulse subject;
  CAF_CHECK(!subject.is_idle(25s, 50s));
  CAF_CHECK(!subject.is_idle(25s, 50s));
  subject.ask();
  CAF_CHECK(!subject.is_idle(25s, 50s));
  CAF_CHECK(!subject.is_idle(25s, 50s));
  CAF_CHECK(subject.is_idle(25s, 50s));
}

CAF_TEST(without a limit nobody is idle) {
  client_pulse subject;
  for (int i = 0; i < 100; ++i)
    CAF_CHECK(!subject.is_idle(1s, 0s));
}
