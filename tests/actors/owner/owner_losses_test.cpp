#define CAF_SUITE owner_losses_test

#include "support/moving_fixture.hpp"

using namespace atrium;
using namespace atrium::test;

CAF_TEST_FIXTURE_SCOPE(owner_losses_tests, moving_fixture)

CAF_TEST(a request that is lost is sent again) {
  int lost = 0;
  at("b").links->loses_sent
    = [&](auto& channel, auto&) { return is_control(channel) && lost++ < 2; };
  publish(bob, room, "1");
  CAF_CHECK_EQUAL(bob.out->count("accepted"), 0U);
  pass(4s);
  CAF_CHECK_GREATER(lost, 2);
  CAF_CHECK_EQUAL(bob.out->count("accepted p"), 1U);
  CAF_CHECK_EQUAL(count(bob), "2");
}

CAF_TEST(an answer that is lost comes again and nothing is done twice) {
  bool loses = true;
  at("b").links->loses_heard = [&](auto& channel, auto&) { return loses && !is_control(channel); };
  publish(bob, room, "1", "p1");
  publish(bob, room, "\"guess\"", "p2");
  publish(bob, room, "\"no\"", "p3");
  CAF_CHECK_EQUAL(seen(bob), nothing);
  loses = false;
  pass(2s);
  CAF_CHECK_EQUAL(seen(bob), (lines{"accepted p1", "answered p2 \"wrong\"", "error room_refused"}));
  CAF_CHECK_EQUAL(count(bob), "3");
  CAF_CHECK_EQUAL(ran().size(), 4U);
}

CAF_TEST(an answer that is lost comes again from the next owner) {
  bool loses = true;
  at("b").links->loses_heard = [&](auto& channel, auto&) { return loses && !is_control(channel); };
  publish(bob, room, "1", "p1");
  publish(bob, room, "\"guess\"", "p2");
  drain("a");
  loses = false;
  pass(4s);
  CAF_CHECK_EQUAL(seen(bob), (lines{"accepted p1", "answered p2 \"wrong\""}));
  CAF_CHECK_EQUAL(count(bob), "3");
}

CAF_TEST(an answer that is lost comes again behind a question that is open) {
  bool loses = true;
  at("b").links->loses_heard = [&](auto& channel, auto&) { return loses && !is_control(channel); };
  publish(bob, room, "1", "p1");
  loses = false;
  publish(bob, room, "\"ask\"", "p2");
  pass(2s);
  CAF_CHECK_EQUAL(bob.out->count("accepted p1"), 1U);
}

CAF_TEST(an answer that is lost comes again though others are asked for) {
  int heard = 0;
  at("b").links->loses_heard
    = [&](auto& channel, auto&) { return !is_control(channel) && heard++ == 0; };
  publish(bob, room, "1", "lost");
  CAF_CHECK_EQUAL(heard, 1);
  for (int i = 0; i < 12; ++i) {
    pass(250ms);
    publish(bob, room, "1", "other");
  }
  CAF_CHECK_EQUAL(bob.out->count("accepted lost"), 1U);
  CAF_CHECK_EQUAL(count(bob), "14");
}

CAF_TEST(an answer that has taken its time comes again when it is lost) {
  publish(bob, room, "\"ask\"", "q");
  bool loses = true;
  at("b").links->loses_heard = [&](auto& channel, auto&) { return loses && !is_control(channel); };
  publish(cid, room, "\"reply\"");
  loses = false;
  pass(30s);
  CAF_CHECK_EQUAL(bob.out->count("answered q \"at last\""), 1U);
}

CAF_TEST(one request that is lost does not have all others sent over and over) {
  std::size_t sent = 0;
  at("b").links->loses_sent
    = [&](auto& channel, auto&) { return is_control(channel) && sent++ == 0; };
  for (int i = 0; i < 100; ++i)
    caf::anon_send(bob.actor, from_client{publish_request{"p", room, "1", {}, {}, true}});
  settle();
  pass(2s);
  CAF_CHECK_EQUAL(bob.out->count("accepted p"), 100U);
  CAF_CHECK_LESS(sent, 500U);
}

CAF_TEST(what is asked while the owner is looked for is sent) {
  int sent = 0;
  at("b").links->loses_sent
    = [&](auto& channel, auto&) { return is_control(channel) && sent++ == 0; };
  publish(bob, room, "1", "p1");
  at("b").links->is_paused = true; // it will look for the owner, and not find it yet
  pass(1500ms);
  publish(bob, room, "1", "p2");
  at("b").links->go_on();
  settle();
  pass(1500ms);
  CAF_CHECK_EQUAL(bob.out->count("accepted p1"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("accepted p2"), 1U);
}

CAF_TEST(a join that is told to be late leaves nobody in the room) {
  auto dan = connect("b", "dan");
  bool loses = true;
  at("b").links->loses_heard = [&](auto& channel, auto&) { return loses && !is_control(channel); };
  join(dan, room);
  pass(at("b").env->limits->bus_timeout + 1s);
  CAF_CHECK_EQUAL(seen(dan), lines{"error timeout"});
  loses = false;
  pass(3s);
  publish(ann, room, "\"who\"");
  CAF_CHECK_EQUAL(ann.out->count("\"ann bob cid\""), 1U);
}

CAF_TEST_FIXTURE_SCOPE_END()
