#define CAF_SUITE session_state_test

#include "atrium/net/protocol/session_state.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;
using step = session_state::close_step;

namespace {

session_state opened() {
  session_state result;
  result.sign_on();
  result.open();
  return result;
}

} // namespace

CAF_TEST(a session is welcome once and only while it signs on) {
  session_state subject;
  CAF_CHECK(!subject.open()); // nobody has asked for that
  subject.sign_on();
  CAF_CHECK(subject.is_signing_on());
  CAF_CHECK(!subject.is_listening());
  CAF_CHECK(subject.open());
  CAF_CHECK(subject.is_open());
  CAF_CHECK(subject.is_listening());
  CAF_CHECK(!subject.open());
}

CAF_TEST(a session that is gone is not welcome) {
  session_state subject;
  subject.sign_on();
  subject.end();
  CAF_CHECK(!subject.open());
  CAF_CHECK(subject.is_ending());
}

CAF_TEST(a session closes once in whatever state) {
  for (auto subject : {0, 1, 2}) {
    session_state x;
    if (subject > 0)
      x.sign_on();
    if (subject > 1)
      x.open();
    CAF_CHECK(x.close(close_code::policy, "why", {}, false) == step::now);
    x.begin_close();
    CAF_CHECK(x.is_ending());
    CAF_CHECK(!x.is_open());
    CAF_CHECK(x.close(close_code::policy, "why", {}, false) == step::none);
    x.end();
    CAF_CHECK(x.close(close_code::going_away, "why", {}, true) == step::none);
  }
}

CAF_TEST(a node that goes away answers first what was asked) {
  auto subject = opened();
  CAF_CHECK(subject.close(close_code::going_away, "bye", 7ms, true) == step::after_answers);
  CAF_CHECK(subject.is_open()); // answers are still written
  CAF_CHECK(subject.is_dismissed());
  CAF_CHECK(!subject.is_listening());
  auto last = subject.take_pending_close();
  CAF_REQUIRE(last != nullptr);
  CAF_CHECK_EQUAL(last->reason, "bye");
  CAF_CHECK(last->after == 7ms);
  CAF_CHECK(subject.take_pending_close() == nullptr);
}

CAF_TEST(who has asked nothing is dismissed at once) {
  CAF_CHECK(opened().close(close_code::going_away, "bye", 7ms, false) == step::now);
  session_state signing_on;
  signing_on.sign_on();
  CAF_CHECK(signing_on.close(close_code::going_away, "bye", 7ms, true) == step::now);
}

CAF_TEST(whatever else ends a session does not wait for answers) {
  auto subject = opened();
  subject.close(close_code::going_away, "bye", {}, true);
  CAF_CHECK(subject.close(close_code::slow_consumer, "slow", {}, true) == step::now);
  subject.begin_close();
  CAF_CHECK(subject.take_pending_close() == nullptr);
}
