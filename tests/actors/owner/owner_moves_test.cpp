#define CAF_SUITE owner_moves_test

#include "support/moving_fixture.hpp"

using namespace atrium;
using namespace atrium::test;

CAF_TEST_FIXTURE_SCOPE(owner_moves_tests, moving_fixture)

// -- a node that drains ---------------------------------------------------------------

CAF_TEST(a node that drains hands over with members and state) {
  drain("a");
  pass(2s);
  CAF_CHECK_NOT_EQUAL(owner_of(room), "a");
  CAF_CHECK_EQUAL(owners_at("a"), 0U);
  publish(bob, room, "1");
  for (auto* x : {&ann, &bob, &cid}) {
    CAF_CHECK_EQUAL(x->out->count(R"({"count":2})"), 1U);
    CAF_CHECK_EQUAL(x->out->count("error"), 0U);
  }
  publish(bob, room, "\"who\"");
  CAF_CHECK_EQUAL(bob.out->count("\"ann bob cid\""), 1U);
  CAF_CHECK_EQUAL(std::ranges::count(ran(), "join ann"), 0); // still a member
}

CAF_TEST(what waits while a node drains is done once) {
  at("a").links->is_paused = true;
  for (int i = 0; i < 20; ++i) {
    publish(bob, room, "1");
    publish(ann, room, "1");
  }
  drain("a");
  at("a").links->go_on();
  settle();
  pass(3s);
  for (auto* x : {&ann, &bob})
    CAF_CHECK_EQUAL(x->out->count("accepted p"), 20U);
  for (auto* x : {&ann, &bob, &cid})
    CAF_CHECK_EQUAL(x->out->count("\"count\":"), 40U);
  CAF_CHECK_EQUAL(count(cid), "41");
}

CAF_TEST(a node that drains takes no room) {
  drain("a");
  auto other = room_of("a", "p:");
  auto who = member_of(other, "b", "ann");
  CAF_CHECK_NOT_EQUAL(owner_of(other), "a");
}

CAF_TEST(a room that finds a draining node by old news gets another owner) {
  auto other = room_of("a", "p:");
  auto& node = at("a");
  node.env->homes->drain(); // the others have not heard of it
  settle();
  auto who = connect("b", "dan");
  join(who, other);
  pass(3s); // by then they have
  for (auto& x : on.registry->listing.nodes)
    x.report.draining = x.report.node == "a";
  pass(3s);
  CAF_CHECK_EQUAL(who.out->count("joined"), 1U);
  CAF_CHECK_NOT_EQUAL(owner_of(other), "a");
}

CAF_TEST(a node that drains while it opens a room gives it back) {
  auto other = room_of("a", "p:");
  auto& node = at("a");
  node.links->is_paused = true;
  auto who = connect("b", "dan");
  join(who, other);
  drain("a");
  node.links->go_on();
  settle();
  pass(4s);
  CAF_CHECK_EQUAL(who.out->count("joined"), 1U);
  CAF_CHECK_NOT_EQUAL(owner_of(other), "a");
}

CAF_TEST(who waits for an answer of a room that has moved gets an error) {
  publish(bob, room, "\"ask\"", "q");
  drain("a");
  pass(2s);
  CAF_CHECK_EQUAL(seen(bob), lines{"error internal"});
  CAF_CHECK_EQUAL(count(bob), "1");
}

CAF_TEST(timers go on at the next owner) {
  publish(bob, room, "\"timer\"");
  pass(4s);
  drain("a");
  pass(4s);
  CAF_CHECK_EQUAL(bob.out->count("101"), 0U);
  pass(3s);
  CAF_CHECK_EQUAL(bob.out->count("101"), 1U);
  pass(20s);
  CAF_CHECK_EQUAL(std::ranges::count(ran(), "timer t"), 1);
}

CAF_TEST(a timer that comes while a node drains runs once) {
  publish(bob, room, "\"timer\"");
  pass(9s);
  at("a").links->is_paused = true;
  publish(bob, room, "1"); // a word under way, so that the owner stays for a while
  drain("a");
  pass(2s);
  at("a").links->go_on();
  settle();
  pass(4s);
  CAF_CHECK_EQUAL(count(bob), "102");
  CAF_CHECK_EQUAL(std::ranges::count(ran(), "timer t"), 1);
}

// -- a node that is lost ------------------------------------------------------------------

CAF_TEST(the room of a node that is lost goes on with another owner) {
  at("a").links->is_cut = true;
  lose("a");
  publish(bob, room, "1");
  CAF_CHECK_EQUAL(bob.out->count(R"({"count":2})"), 1U);
  CAF_CHECK_EQUAL(cid.out->count(R"({"count":2})"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("error"), 0U);
  ran();
  pass(6s);
  CAF_CHECK_EQUAL(ran(), lines{"leave ann"});
}

CAF_TEST(members of a node that is lost leave) {
  at("b").links->is_cut = true;
  lose("b");
  CAF_CHECK_EQUAL(ran(), lines{"leave bob"});
  publish(ann, room, "\"who\"");
  CAF_CHECK_EQUAL(ann.out->count("\"ann cid\""), 1U);
}

// It may have been taken by who does not know it any more; one with an id of the sender's counts
// once in any case.
CAF_TEST(members of a node that was taken for lost are members again) {
  at("b").links->is_cut = true;
  lose("b");
  at("b").links->is_cut = false;
  find_again("b");
  ran();
  publish(bob, room, "1", "p", "mine-1");
  pass(3s);
  CAF_CHECK_EQUAL(ran(), (lines{"join bob", "message bob 1"}));
  CAF_CHECK_EQUAL(bob.out->count("accepted p"), 1U);
  publish(ann, room, "\"who\"");
  CAF_CHECK_EQUAL(ann.out->count("\"ann bob cid\""), 1U);
}

CAF_TEST(a request of a node that was taken for lost is not done twice) {
  bool loses = true;
  at("b").links->loses_heard = [&](auto& channel, auto&) { return loses && !is_control(channel); };
  publish(bob, room, "1", "p1");
  lose("b");
  loses = false;
  find_again("b");
  pass(5s);
  // It has joined again.
  CAF_CHECK_EQUAL(seen(bob), (lines{"error timeout", "\"hello bob\""}));
  publish(bob, room, "1", "p2");
  CAF_CHECK_EQUAL(bob.out->count("accepted p2"), 1U);
  CAF_CHECK_EQUAL(count(ann), "3");
}

CAF_TEST(without a node that can own it a room refuses in time) {
  for (auto* name : {"b", "c"})
    at(name).links->is_cut = true;
  publish(bob, room, "1");
  pass(at("b").env->limits->bus_timeout + 1s);
  CAF_CHECK_EQUAL(bob.out->count("error timeout") + bob.out->count("error bus_unavailable"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("accepted"), 0U);
}

// -- an owner that is none any more ---------------------------------------------------------

CAF_TEST(an owner whose words are fenced speaks no more) {
  fence(room);
  publish(bob, room, "1");
  pass(3s);
  CAF_CHECK_EQUAL(at("a").counts().owners_given_up.load(), 1U);
  for (auto* x : {&ann, &bob, &cid})
    CAF_CHECK_EQUAL(x->out->count(R"({"count":2})"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("accepted p"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("error"), 0U);
  CAF_CHECK_EQUAL(count(cid), "2");
}

CAF_TEST(an owner that was paused says nothing when it wakes up) {
  at("a").links->is_paused = true;
  publish(ann, room, "1"); // it is about to say so
  lose("a");
  publish(bob, room, "1");
  CAF_CHECK_EQUAL(bob.out->count(R"({"count":2})"), 1U);
  CAF_CHECK_NOT_EQUAL(owner_of(room), "a");
  at("a").links->go_on();
  find_again("a");
  pass(3s);
  CAF_CHECK_EQUAL(ann.out->count("accepted p"), 1U);
  for (auto* x : {&ann, &bob, &cid})
    CAF_CHECK_EQUAL(x->out->count(R"({"count":2})"), 1U);
  CAF_CHECK_EQUAL(count(ann), "3");
  CAF_CHECK_EQUAL(owners_at("a"), 0U);
}

CAF_TEST(an owner that does not know what became of its word ends) {
  at("a").links->is_mute = true;
  publish(bob, room, "1");
  at("a").links->is_mute = false;
  pass(3s);
  CAF_CHECK_EQUAL(bob.out->count("accepted p"), 1U);
  CAF_CHECK_EQUAL(count(bob), "2");
  CAF_CHECK_EQUAL(bob.out->count("error"), 0U);
}

// -- the state --------------------------------------------------------------------------------

CAF_TEST(members are told when the state cannot be there again) {
  auto other = room_of("a", "p:");
  auto dan = member_of(other, "b", "dan");
  publish(dan, other, "1");
  dan.out->take();
  drain("a");
  pass(2s);
  CAF_CHECK_EQUAL(seen(dan), lines{"error room_restarted"});
  publish(dan, other, "1");
  CAF_CHECK_EQUAL(dan.out->count(R"({"count":1})"), 1U);
}

CAF_TEST(a new room tells nobody of a state that it never had) {
  auto other = room_of("b", "p:");
  auto dan = connect("a", "dan");
  join(dan, other);
  pass(3s);
  CAF_CHECK_EQUAL(seen(dan), (lines{"joined " + other, "\"hello dan\""}));
}

CAF_TEST(with snapshots members are told only of what they knew and is lost) {
  table_logic::set.interval = 30s;
  publish(bob, room, "1");
  publish(bob, room, "1");
  fence(room);
  pass(31s); // a snapshot is due, and fenced
  CAF_CHECK_EQUAL(cid.out->count("error room_restarted"), 1U);
  CAF_CHECK_EQUAL(count(bob), "1");
  forget();
  publish(bob, room, "1");
  pass(31s);
  fence(room);
  publish(bob, room, "\"count\"");
  pass(3s);
  CAF_CHECK_EQUAL(bob.out->count("answered p 2"), 1U);
  for (auto* x : {&ann, &bob, &cid})
    CAF_CHECK_EQUAL(x->out->count("error"), 0U);
}

CAF_TEST(a node that drains saves what is ahead) {
  table_logic::set.interval = 30s;
  publish(bob, room, "1");
  drain("a");
  pass(2s);
  CAF_CHECK_EQUAL(count(bob), "2");
  CAF_CHECK_EQUAL(cid.out->count("error"), 0U);
}

CAF_TEST_FIXTURE_SCOPE_END()
