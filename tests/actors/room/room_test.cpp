#define CAF_SUITE room_test

#include "atrium/actors/util/delivery_counters.hpp"

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

struct fixture : node_fixture {
  fixture() {
    ann = connect("ann", 0);
    bob = connect("bob", 1);
    ann.out->take();
    bob.out->take();
  }
  client ann;
  client bob;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_tests, fixture)

CAF_TEST(delivers a published message to every member once) {
  join(ann, "r");
  join(bob, "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"joined r"});
  CAF_CHECK_EQUAL(bob.out->take(), lines{"joined r"});
  publish(ann, "r", "42");
  CAF_CHECK_EQUAL(ann.out->count("\"data\":42"), 1U);
  CAF_CHECK_EQUAL(ann.out->count("accepted 3"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("\"data\":42"), 1U);
  CAF_CHECK_EQUAL(bob.out->seen.size(), 1U);
}

CAF_TEST(sends one message per lane and envelope) {
  if (is_on_lanes())
    return; // there is no job to run by itself
  for (int i = 0; i < 10; ++i)
    join(connect("user" + std::to_string(i), 0), "r");
  auto from = connect("ann", 0);
  join(from, "r");
  caf::anon_send(from.actor, from_client{publish_request{"", "r", "1", {}, {}, true}});
  auto before = env->lanes[0].queue->taken();
  std::size_t fan_outs = 0;
  while (sched.has_job()) {
    sched.run_once();
    fan_outs += env->lanes[0].queue->taken() > before ? 1 : 0;
    before = env->lanes[0].queue->taken();
  }
  CAF_CHECK_EQUAL(fan_outs, 1U);
  CAF_CHECK_EQUAL(env->lanes[0].queue->taken(), 0U);
}

CAF_TEST(an envelope takes seven messages between actors) {
  if (is_on_lanes())
    return; // there is no job to run by itself
  join(ann, "r");
  join(bob, "r");
  // To the connection, to the room, its outcome back, the packet to the
  // subscription, to the room, and one for each of two lanes.
  caf::anon_send(ann.actor, from_client{publish_request{"", "r", "1", {}, {}, true}});
  CAF_CHECK_EQUAL(sched.run(), 7U);
}

CAF_TEST(spares the publisher its echo on request) {
  join(ann, "r");
  join(bob, "r");
  ann.out->take();
  bob.out->take();
  request(ann, publish_request{"3", "r", "1", {}, {}, false});
  CAF_CHECK_EQUAL(ann.out->take(), lines{"accepted 3"});
  CAF_CHECK_EQUAL(bob.out->count("\"data\":1"), 1U);
}

CAF_TEST(subscribes with the first member and unsubscribes with the last) {
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 0U);
  join(ann, "r");
  join(bob, "r");
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 1U);
  leave(ann, "r");
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 1U);
  disconnect(bob);
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 0U);
}

CAF_TEST(a join waits for the bus) {
  wire->answers = false;
  join(ann, "r");
  CAF_CHECK(ann.out->take().empty());
  wire->acknowledge();
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"joined r"});
}

CAF_TEST(a join gives up when the bus does not answer in time) {
  wire->answers = false;
  join(ann, "r");
  join(bob, "r");
  sched.advance_time(env->limits->bus_timeout);
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error bus_unavailable"});
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error bus_unavailable"});
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 0U);
  wire->answers = true;
  join(ann, "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"joined r"});
}

CAF_TEST(a join to an open room waits for the bus to be heard) {
  join(ann, "r");
  wire->carries = false;
  join(bob, "r");
  CAF_CHECK(bob.out->take().empty());
  wire->settle_doubts();
  settle();
  CAF_CHECK_EQUAL(bob.out->take(), lines{"joined r"});
}

CAF_TEST(joins to an open room give up one by one when the bus is dead) {
  auto cem = connect("cem");
  cem.out->take();
  join(ann, "r");
  wire->carries = false;
  join(bob, "r");
  sched.advance_time(env->limits->bus_timeout / 2);
  join(cem, "r");
  sched.advance_time(env->limits->bus_timeout / 2);
  settle();
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error bus_unavailable"});
  CAF_CHECK(cem.out->take().empty());
  sched.advance_time(env->limits->bus_timeout / 2);
  settle();
  CAF_CHECK_EQUAL(cem.out->take(), lines{"error bus_unavailable"});
  // Nobody is let in by an answer that comes too late.
  wire->settle_doubts();
  wire->carries = true;
  join(cem, "r");
  CAF_CHECK_EQUAL(cem.out->take(), lines{"joined r"});
}

CAF_TEST(a room does not stop while somebody waits for the bus) {
  join(ann, "r");
  wire->carries = false;
  join(bob, "r");
  leave(ann, "r");
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 1U);
  wire->settle_doubts();
  settle();
  CAF_CHECK_EQUAL(bob.out->take(), lines{"joined r"});
  leave(bob, "r");
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 0U);
}

CAF_TEST(a room that the bus refuses takes nobody until it does not ) {
  join(ann, "r");
  ann.out->take();
  auto channel = wire->subscribed.back().second;
  channel->on_refused("NOPERM no");
  join(bob, "r");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error bus_unavailable"});
  channel->on_gap(now, now + 1s);
  join(bob, "r");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"joined r"});
  CAF_CHECK_EQUAL(ann.out->take(), lines{"gap r"});
}

CAF_TEST(requests for a room on its way in or out wait their turn) {
  for (const client_request& x :
       {client_request{join_request{"1", "r"}},
        client_request{publish_request{"2", "r", "7", {}, {}, true}},
        client_request{leave_request{"3", "r"}}, client_request{join_request{"4", "r"}},
        client_request{leave_request{"5", "r"}}})
    caf::anon_send(ann.actor, from_client{x});
  settle();
  CAF_CHECK_EQUAL(ann.out->count("error"), 0U);
  CAF_CHECK_EQUAL(ann.out->count("joined r"), 2U);
  CAF_CHECK_EQUAL(ann.out->count("left r"), 2U);
  CAF_CHECK_EQUAL(ann.out->count("accepted 2"), 1U);
  CAF_CHECK_EQUAL(ann.out->answered, 5U);
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 0U);
}

CAF_TEST(a join is not lost to a room that is about to stop) {
  if (is_on_lanes())
    return; // there is no job to run by itself
  // Every interleaving of the last leave with a join: the scheduler runs a few
  // jobs after the leave before the join comes.
  for (std::size_t jobs = 0; jobs < 12; ++jobs) {
    join(ann, "r");
    bob.out->take();
    caf::anon_send(ann.actor, from_client{leave_request{"2", "r"}});
    for (std::size_t i = 0; i < jobs && sched.has_job(); ++i)
      sched.try_run_once();
    caf::anon_send(bob.actor, from_client{join_request{"1", "r"}});
    settle();
    CAF_CHECK_EQUAL(bob.out->take(), lines{"joined r"});
    CAF_CHECK_EQUAL(wire->count(room_channel("r")), 1U);
    publish(bob, "r", "5");
    CAF_CHECK_EQUAL(bob.out->count("\"data\":5"), 1U);
    leave(bob, "r");
    CAF_CHECK_EQUAL(wire->count(room_channel("r")), 0U);
  }
}

CAF_TEST(says no to a second join and to strangers) {
  join(ann, "r");
  ann.out->take();
  join(ann, "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error already_joined"});
  publish(bob, "r", "1");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error not_a_member"});
  leave(bob, "r");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error not_a_member"});
}

CAF_TEST(says when the bus takes no more) {
  join(ann, "r");
  ann.out->take();
  wire->result.error = errc::bus_unavailable;
  publish(ann, "r", "1");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error bus_unavailable"});
}

CAF_TEST(hands on where the bus keeps a message) {
  join(ann, "r");
  wire->result.at = position{"e", 7};
  publish(ann, "r", "1");
  CAF_CHECK(ann.out->kept_at == wire->result.at);
  wire->result.at.reset();
  publish(ann, "r", "1");
  CAF_CHECK(!ann.out->kept_at);
}

CAF_TEST(the late answer of a dead room is none to a younger request) {
  join(ann, "r");
  wire->holds = true;
  publish(ann, "r", "1");
  auto room = child_of_root(list_children{child_kind::room, "r", {}, 1});
  caf::anon_send_exit(room, caf::exit_reason::kill);
  settle();
  CAF_CHECK_EQUAL(ann.out->count("error room_died"), 2U); // the request, and the room
  join(ann, "r");
  publish(ann, "r", "2"); // with the same id
  ann.out->take();
  wire->held.at(0)({errc::bus_unavailable});
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{});
  wire->held.at(1)({});
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"accepted 3"});
}

CAF_TEST(tells members of a gap) {
  join(ann, "r");
  ann.out->take();
  wire->subscribed.back().second->on_gap(now, now + 1s);
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"gap r"});
}

CAF_TEST(counts what is no envelope and drops it) {
  join(ann, "r");
  ann.out->take();
  auto put = [&](std::string text) {
    wire->deliver(room_channel("r"), std::make_shared<const std::string>(std::move(text)));
    settle();
  };
  put("nonsense");
  put("9:{\"v\":9}");
  CAF_CHECK_EQUAL(env->delivery_counts->malformed_packets.load(), 1U);
  CAF_CHECK_EQUAL(env->delivery_counts->unknown_versions.load(), 1U);
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST(a full lane queue drops and counts and tells of the gap) {
  join(ann, "r");
  ann.out->take();
  auto& queue = *env->lanes[0].queue;
  CAF_REQUIRE(queue.try_acquire(env->limits->lane_queue));
  publish(ann, "r", "1");
  CAF_CHECK_EQUAL(env->delivery_counts->lane_queue_drops.load(), 1U);
  CAF_CHECK_EQUAL(ann.out->count("\"data\""), 0U);
  queue.release(env->limits->lane_queue);
  ann.out->take();
  publish(ann, "r", "2");
  CAF_CHECK_EQUAL(ann.out->count("gap r"), 1U);
  CAF_CHECK_EQUAL(ann.out->count("\"data\":2"), 1U);
}

CAF_TEST_FIXTURE_SCOPE_END()
