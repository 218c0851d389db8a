#define CAF_SUITE arrears_test

#include "atrium/net/websocket/arrears.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

CAF_TEST(the latest pong waits and the others still count) {
  arrears owed;
  CAF_CHECK(!owed.has_pong());
  CAF_CHECK_EQUAL(owed.weight(), 0U);
  owed.keep(frame{"four"});
  CAF_CHECK_EQUAL(owed.weight(), 4U);
  owed.keep(frame{"three"});
  CAF_CHECK_EQUAL(owed.bytes(), 5U);
  CAF_CHECK_EQUAL(owed.weight(), 4U + outbox::frame_overhead + 5U);
  auto latest = owed.take_pong();
  CAF_CHECK_EQUAL(latest.bytes(), "three");
  CAF_CHECK(!owed.has_pong());
  CAF_CHECK_EQUAL(owed.weight(), 4U + outbox::frame_overhead);
  owed.forget_skipped();
  CAF_CHECK_EQUAL(owed.weight(), 0U);
}

CAF_TEST(the time runs from the first beginning to the end) {
  arrears owed;
  owed.begin();
  auto before = owed.time();
  owed.begin();
  CAF_CHECK(owed.time() >= before);
  owed.end();
  owed.begin();
  CAF_CHECK(owed.time() < std::chrono::hours{1}); // and not since the epoch
}
