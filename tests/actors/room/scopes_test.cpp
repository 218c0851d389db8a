#define CAF_SUITE scopes_test

#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/directory_counters.hpp"

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

// A connection that only wants to know its user's actor.
connection_actor::behavior_type spy(connection_actor::pointer, std::shared_ptr<user_actor> found) {
  return {
    [](const from_client&) {},
    [](disconnected) {},
    [](const leave_done&) {},
    [](const room_lost&) {},
    [](const outcome&) {},
    [found](const signed_on& x) { *found = x.user; },
    [](const turned_away&) {},
    [](const rival_found&) {},
    [](rivals_overdue) {},
    [](const push_frame&) {},
    [](const push_reply&) {},
    [](const history_read&) {},
    [](const presence_read&) {},
    [](const inbox_read&) {},
    [](const acknowledged&) {},
    [](inbox_due) {},
    [](const renewed&) {},
    [](const command_connection&) {},
    [](observe_atom) { return std::string{"{}"}; },
  };
}

struct fixture : node_fixture {
  user_actor find_user(const std::string& name) {
    auto found = std::make_shared<user_actor>();
    auto who = sys.spawn(spy, found);
    caf::anon_send(root, sign_on{name, who});
    settle();
    caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
    settle();
    return *found;
  }

  std::size_t user_channels(std::string_view user) const {
    return wire->count(env->names.user(user));
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(scopes_tests, fixture)

CAF_TEST(a message to a user reaches all connections of the user and nobody else) {
  auto phone = connect("ann", 0);
  auto laptop = connect("ann", 1);
  auto bob = connect("bob", 1);
  for (auto& x : {phone, laptop, bob})
    x.out->take();
  request(bob, send_request{"1", "ann", "5", {}, {}});
  CAF_CHECK_EQUAL(phone.out->count("\"data\":5"), 1U);
  CAF_CHECK_EQUAL(laptop.out->count("\"data\":5"), 1U);
  CAF_CHECK_EQUAL(bob.out->take(), lines{"accepted 1"});
}

CAF_TEST(a broadcast reaches everybody) {
  auto ann = connect("ann", 0);
  auto bob = connect("bob", 1);
  request(ann, broadcast_request{"1", "6", {}, {}});
  CAF_CHECK_EQUAL(ann.out->count("\"data\":6"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("\"data\":6"), 1U);
}

CAF_TEST(what is lost with the broadcaster is a gap for everybody) {
  auto ann = connect("ann", 0);
  auto bob = connect("bob", 1);
  now += 1s;
  request(ann, broadcast_request{"", "6", {}, {}});
  auto last = now;
  now += 1s;
  ann.out->take();
  bob.out->take();
  wire->answers = false;
  caf::anon_send_exit(child_of_root(list_parts{}), caf::exit_reason::kill);
  settle();
  CAF_CHECK(ann.out->take().empty()); // not heard yet, so it goes on
  now += 1s;
  wire->subscribed.back().second->on_subscribed();
  settle();
  for (auto& x : {ann, bob}) {
    CAF_CHECK_EQUAL(x.out->take(), lines{"gap "});
    CAF_REQUIRE(x.out->last_gap.has_value());
    CAF_CHECK(x.out->last_gap->what == scope::all);
    CAF_CHECK(x.out->last_gap->from == last);
    CAF_CHECK(x.out->last_gap->to == now);
  }
  request(bob, broadcast_request{"", "7", {}, {}});
  CAF_CHECK_EQUAL(ann.out->count("\"data\":7"), 1U);
}

CAF_TEST(a user has a channel while there are connections) {
  auto phone = connect("ann", 0);
  auto laptop = connect("ann", 1);
  CAF_CHECK_EQUAL(user_channels("ann"), 1U);
  disconnect(phone);
  CAF_CHECK_EQUAL(user_channels("ann"), 1U);
  disconnect(laptop);
  CAF_CHECK_EQUAL(user_channels("ann"), 0U);
  connect("ann");
  CAF_CHECK_EQUAL(user_channels("ann"), 1U);
}

CAF_TEST(nobody is welcome before the bus carries the channel) {
  wire->answers = false;
  auto ann = connect("ann");
  CAF_CHECK(ann.out->take().empty());
  wire->acknowledge();
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"welcome ann"});
}

CAF_TEST(another connection of a user is welcome when the bus was heard) {
  auto phone = connect("ann");
  wire->carries = false;
  auto laptop = connect("ann");
  CAF_CHECK(laptop.out->take().empty());
  wire->settle_doubts();
  settle();
  CAF_CHECK_EQUAL(laptop.out->take(), lines{"welcome ann"});
}

CAF_TEST(whose channel the bus refuses is told so at once) {
  wire->answers = false;
  auto phone = connect("ann");
  auto channel = wire->subscribed.back().second;
  channel->on_refused("NOPERM no");
  settle();
  CAF_CHECK_EQUAL(phone.out->take(), lines{"close 1013"});
  auto laptop = connect("ann");
  CAF_CHECK_EQUAL(laptop.out->take(), lines{"close 1013"});
  channel->on_subscribed();
  auto tablet = connect("ann");
  CAF_CHECK_EQUAL(tablet.out->take(), lines{"welcome ann"});
}

CAF_TEST(a user whose actor dies gets a new one and no second welcome) {
  auto ann = connect("ann");
  auto bob = connect("bob");
  ann.out->take();
  caf::anon_send_exit(find_user("ann"), caf::exit_reason::kill);
  settle();
  request(bob, send_request{"1", "ann", "5", {}, {}});
  CAF_CHECK_EQUAL(ann.out->count("welcome"), 0U);
  CAF_CHECK_EQUAL(ann.out->count("\"data\":5"), 1U);
}

CAF_TEST(users and everyone are told of a gap) {
  auto ann = connect("ann");
  ann.out->take();
  for (auto& [channel, who] : wire->subscribed)
    who->on_gap(now, now + 1s);
  settle();
  CAF_CHECK_EQUAL(ann.out->count("gap"), 2U);
}

CAF_TEST(a broadcast that a lane cannot take becomes a gap) {
  auto ann = connect("ann");
  auto& queue = *env->lanes[0].queue;
  CAF_REQUIRE(queue.try_acquire(env->limits->lane_queue));
  request(ann, broadcast_request{"1", "6", {}, {}});
  queue.release(env->limits->lane_queue);
  CAF_CHECK_EQUAL(env->delivery_counts->lane_queue_drops.load(), 1U);
  ann.out->take();
  request(ann, broadcast_request{"2", "7", {}, {}});
  CAF_CHECK_EQUAL(ann.out->count("gap"), 1U);
  CAF_CHECK_EQUAL(ann.out->count("\"data\":7"), 1U);
}

CAF_TEST(what the node cannot do yet is said) {
  auto ann = connect("ann");
  ann.out->take();
  request(ann, presence_request{"1", "r"});
  request(ann, history_request{"2", "r"});
  request(ann, ping_request{"3"});
  CAF_CHECK_EQUAL(ann.out->take(), (lines{"error presence_off", "error history_off", "pong"}));
}

CAF_TEST(rooms per connection are bounded) {
  env->limits.edit().rooms_per_connection = 2;
  auto ann = connect("ann");
  join(ann, "a");
  join(ann, "b");
  ann.out->take();
  join(ann, "c");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error too_many_rooms"});
  leave(ann, "a");
  ann.out->take();
  join(ann, "c");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"joined c"});
}

CAF_TEST(rooms per node are bounded) {
  env->limits.edit().rooms_per_node = 2;
  auto ann = connect("ann");
  auto bob = connect("bob");
  join(ann, "a");
  join(ann, "b");
  bob.out->take();
  join(bob, "c");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error too_many_rooms"});
  CAF_CHECK_EQUAL(env->directory_counts->rooms_refused.load(), 1U);
  join(bob, "b");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"joined b"});
  leave(ann, "a");
  join(bob, "c");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"joined c"});
}

CAF_TEST(members per room are bounded) {
  env->limits.edit().members_per_room = 1;
  auto ann = connect("ann");
  auto bob = connect("bob");
  join(ann, "r");
  bob.out->take();
  join(bob, "r");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error room_full"});
}

CAF_TEST(churn ends with nothing left) {
  for (int round = 0; round < 20; ++round) {
    auto who = connect("user" + std::to_string(round % 5), static_cast<std::size_t>(round) % 2);
    for (int i = 0; i < 4; ++i)
      join(who, "room" + std::to_string((round + i) % 7));
  }
  for (auto& x : clients)
    disconnect(x);
  CAF_CHECK_EQUAL(wire->subscribed.size(), 1U); // everyone
}

CAF_TEST_FIXTURE_SCOPE_END()
