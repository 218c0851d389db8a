#define CAF_SUITE follower_list_test

#include "support/history_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(follower_list_tests, history_fixture)

CAF_TEST(who leaves while it catches up hears nothing more) {
  auto [ann, bob] = ann_and_bob("chat", 8);
  bob.out->waiting = 1 << 20; // takes nothing off its queue
  join_since(bob, "chat", 0);
  leave(bob, "chat");
  CAF_CHECK_EQUAL(heard(bob), "joined chat 1 2 3 left chat");
  bob.out->waiting = 0;
  wait(1s);
  CAF_CHECK_EQUAL(heard(bob), "");
  join_since(bob, "chat", 3);
  wait(1s);
  CAF_CHECK_EQUAL(heard(bob), "joined chat 4 5 6 7 8");
}

CAF_TEST(a slow client gets the next page when it has taken the first) {
  auto [ann, bob] = ann_and_bob("chat", 8);
  bob.out->waiting = 1 << 20;
  join_since(bob, "chat", 0);
  wait(1s);
  CAF_CHECK_EQUAL(heard(bob), "joined chat 1 2 3");
  bob.out->waiting = 0;
  wait(1s);
  CAF_CHECK_EQUAL(heard(bob), "4 5 6 7 8");
}

CAF_TEST(whoever catches up with a history that is lost is told) {
  auto [ann, bob] = ann_and_bob("chat", 8);
  bob.out->waiting = 1 << 20;
  join_since(bob, "chat", 0);
  log.forget();
  say(ann, "chat", 9, 9);
  bob.out->waiting = 0;
  wait(1s);
  CAF_CHECK_EQUAL(heard(bob), "joined chat 1 2 3 gap chat");
  CAF_CHECK_EQUAL(*bob.out->last_gap->at, (position{epoch_of("chat"), 1}));
  say(ann, "chat", 10, 10);
  CAF_CHECK_EQUAL(heard(bob), "10");
}

CAF_TEST(who catches up hears when the room dies) {
  auto [ann, bob] = ann_and_bob("chat", 8);
  bob.out->waiting = 1 << 20;
  join_since(bob, "chat", 0);
  bob.out->take();
  caf::anon_send_exit(child_of_root(list_children{child_kind::room, {}, {}, 1}),
                      caf::exit_reason::kill);
  settle();
  CAF_CHECK_EQUAL(heard(bob), "error room_died");
}

CAF_TEST_FIXTURE_SCOPE_END()
