#define CAF_SUITE overload_test

// Queues that are full, and messages that fit into none: nobody else notices,
// nothing is held beyond the bound, and whoever has missed something is told.

#include "atrium/actors/delivery/publisher.hpp"
#include "atrium/actors/room_logic.hpp"
#include "atrium/actors/util/delivery_counters.hpp"

#define FAIL(msg) CAF_FAIL(msg)
#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

constexpr std::size_t message_size = 1'000;
constexpr std::size_t queue_size = 10 * message_size;

// What a hook may do to the bounds.
class loud_room : public room_logic {
  decision on_message(const member& from, room_message& message) override {
    auto verb = message.data;
    message.data = '"' + std::string(2 * message_size, 'x') + '"';
    if (verb == "\"enlarge\"")
      return decision::accept();
    if (verb == "\"tell\"")
      tell(from, message.data);
    else
      publish(message.data);
    message.data = "1";
    return decision::accept();
  }
};

struct fixture : node_fixture {
  fixture() : node_fixture(room_types{}.add<loud_room>("loud:*")) {
    // nop
  }

  // Of somebody on another node.
  shared_bytes from_elsewhere(scope to, const std::string& target, std::size_t size) {
    envelope e;
    e.event_id = "e";
    e.to = to;
    e.target = target;
    e.time = now;
    e.data = '"' + std::string(size, 'x') + '"';
    return std::make_shared<const std::string>(encode_packet(e, false, "other"));
  }

  struct place {
    scope to;
    std::string target;
    std::string channel;
  };

  // Everything that listens to the bus for ann.
  std::vector<place> places() {
    return {{scope::room, "r", room_channel("r")},
            {scope::user, "ann", env->names.user("ann")},
            {scope::all, "", env->names.all()}};
  }

  client ann_in_room() {
    auto ann = connect("ann");
    join(ann, "r");
    ann.out->take();
    return ann;
  }

  void flood(const place& x) {
    for (int i = 0; i < 30; ++i)
      wire->deliver(x.channel, from_elsewhere(x.to, x.target, message_size));
  }

  void refuse(const place& x) {
    for (auto& [channel, who] : wire->subscribed)
      if (channel == x.channel)
        who->on_refused("NOPERM no");
  }

  void repair(const place& x) {
    for (auto& [channel, who] : wire->subscribed)
      if (channel == x.channel)
        who->on_gap(now, now);
    settle();
  }

  std::size_t count_messages(const client& x) {
    return x.out->count("\"type\":\"message\"");
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(overload_tests, fixture)

CAF_TEST(a gap is told by itself when the node has too much from the bus) {
  env->bus_queue = std::make_shared<semaphore>(queue_size);
  auto ann = ann_in_room();
  for (auto& x : places()) {
    flood(x);
    CAF_CHECK_LESS_OR_EQUAL(env->bus_queue->taken(), queue_size);
    settle();
    auto received = count_messages(ann);
    CAF_CHECK(received > 0 && received < 10);
    CAF_CHECK_EQUAL(ann.out->count("gap"), 1U);
    CAF_CHECK_EQUAL(env->bus_queue->taken(), 0U);
    ann.out->take();
  }
}

CAF_TEST(a gap is told by itself when one queue is full and others are not ) {
  env->limits.edit().room_queue = queue_size;
  auto ann = ann_in_room();
  auto all = places();
  all.pop_back(); // everyone has its queue since the start
  for (auto& x : all) {
    flood(x);
    settle();
    auto received = count_messages(ann);
    CAF_CHECK(received > 0 && received < 10);
    CAF_CHECK_EQUAL(ann.out->count("gap"), 1U);
    ann.out->take();
  }
  CAF_CHECK_EQUAL(env->delivery_counts->room_queue_drops.load(), 2 * 30U - 2 * 7U);
}

CAF_TEST(a gap is told by itself when a lane is full) {
  auto ann = ann_in_room();
  auto all = places();
  all.erase(all.begin() + 1); // a user's messages pass through no lane's queue
  auto& queue = *env->lanes[0].queue;
  for (auto& x : all) {
    CAF_REQUIRE(queue.try_acquire(env->limits->lane_queue));
    flood(x);
    settle();
    CAF_CHECK_EQUAL(ann.out->count("gap"), 0U);
    queue.release(env->limits->lane_queue);
    settle();
    CAF_CHECK_EQUAL(ann.out->count("gap"), 1U);
    CAF_CHECK_EQUAL(count_messages(ann), 0U);
    ann.out->take();
  }
}

CAF_TEST(what a room tells one member is bounded by the queue of the lane) {
  auto ann = connect("ann");
  join(ann, "loud:1");
  auto& queue = *env->lanes[0].queue;
  publish(ann, "loud:1", "\"tell\"");
  CAF_CHECK_EQUAL(queue.taken(), 0U);
  CAF_REQUIRE(queue.try_acquire(env->limits->lane_queue));
  ann.out->take();
  publish(ann, "loud:1", "\"tell\"");
  CAF_CHECK_EQUAL(count_messages(ann), 0U);
  queue.release(env->limits->lane_queue);
  settle();
  CAF_CHECK_EQUAL(ann.out->count("gap loud:1"), 1U);
}

CAF_TEST(what another node lets through and no outbox can take becomes a gap) {
  env->limits.edit().message_bytes = message_size;
  auto ann = ann_in_room();
  for (auto& x : places()) {
    wire->deliver(x.channel, from_elsewhere(x.to, x.target, message_size));
    wire->deliver(x.channel, from_elsewhere(x.to, x.target, 10));
    settle();
    CAF_CHECK_EQUAL(count_messages(ann), 1U);
    CAF_CHECK_EQUAL(ann.out->count("gap"), 1U);
    ann.out->take();
  }
  CAF_CHECK_EQUAL(env->delivery_counts->oversized_packets.load(), 3U);
}

// Only a repaired link says that the bus carries a channel again.
CAF_TEST(a gap in what has come lets nobody into a refused channel) {
  env->limits.edit().room_queue = queue_size;
  env->limits.edit().message_bytes = 2 * message_size;
  auto ann = ann_in_room();
  auto all = places();
  all.pop_back(); // nobody waits for the broadcaster's channel
  for (auto& x : all) {
    flood(x);
    refuse(x);
    settle();
    wire->deliver(x.channel, from_elsewhere(x.to, x.target, 2 * message_size));
    settle();
    CAF_CHECK_EQUAL(ann.out->count("gap"), 2U);
    ann.out->take();
  }
  auto bob = connect("bob");
  join(bob, "r");
  CAF_CHECK_EQUAL(bob.out->take(), (lines{"welcome bob", "error bus_unavailable"}));
  CAF_CHECK_EQUAL(connect("ann", 1).out->take(), lines{"close 1013"});
  for (auto& x : all)
    repair(x);
  join(bob, "r");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"joined r"});
  CAF_CHECK_EQUAL(connect("ann", 1).out->take(), lines{"welcome ann"});
}

CAF_TEST(what no outbox can take is refused at every way in) {
  env->limits.edit().message_bytes = message_size;
  auto ann = ann_in_room();
  join(ann, "loud:1");
  ann.out->take();
  auto large = '"' + std::string(message_size, 'x') + '"';
  publish(ann, "r", large);
  request(ann, send_request{"1", "ann", large, {}, {}});
  request(ann, broadcast_request{"1", large, {}, {}});
  publish(ann, "loud:1", "\"enlarge\"");
  CAF_CHECK_EQUAL(ann.out->take(), lines(4, "error message_too_large"));
  publisher out{*env};
  for (auto& data : {large, std::string{"1"}})
    CAF_CHECK_EQUAL(out.publish_for(ann.actor, {{accepted::kind::broadcasted, "5", {}, {}}},
                                    out.make_envelope(scope::all, {}, data), {}),
                    data == "1");
  settle();
  CAF_CHECK_EQUAL(ann.out->count("error message_too_large"), 1U);
}

CAF_TEST(what a room says itself and no outbox can take is lost without harm) {
  env->limits.edit().message_bytes = message_size;
  auto ann = connect("ann");
  join(ann, "loud:1");
  ann.out->take();
  for (auto verb : {"\"tell\"", "\"publish\""}) {
    publish(ann, "loud:1", verb);
    CAF_CHECK_EQUAL(ann.out->count("accepted"), 1U);
    CAF_CHECK_EQUAL(count_messages(ann), 1U);
    ann.out->take();
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
