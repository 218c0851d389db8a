#define CAF_SUITE room_history_test

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/util/room_counters.hpp"

#include "support/history_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

/// Lets nobody in.
class closed_logic final : public room_logic {
public:
  decision on_join(const member&) override {
    return decision::refuse("closed");
  }
};

room_types with_closed() {
  room_types result;
  result.add<closed_logic>("closed");
  return result;
}

struct fixture : history_fixture {
  fixture() : history_fixture(with_closed()) {
    env->limits.edit().history.add("closed=100,1h");
  }

  void append_large(const std::string& room) {
    envelope x;
    x.event_id = "large";
    x.target = room;
    x.data = '"' + std::string(env->limits->message_bytes, 'x') + '"';
    log.append(room_channel(room),
               {std::make_shared<const std::string>(encode_packet(x, false)), {100, 1h}, "large"},
               [](const publish_receipt&) {});
    settle();
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_history_tests, fixture)

CAF_TEST(a join waits until the room knows its position) {
  log.holds = true;
  auto ann = connect("ann");
  ann.out->take();
  join(ann, "chat");
  CAF_CHECK_EQUAL(heard(ann), "");
  log.answer();
  settle();
  CAF_CHECK_EQUAL(heard(ann), "joined chat");
  CAF_CHECK_EQUAL(ann.out->last_joined->at->offset, 0u);
}

CAF_TEST(a message that the bus has lost is read from the history) {
  auto ann = connect("ann");
  join(ann, "chat");
  say(ann, "chat", 1, 1);
  log.loses = true;
  say(ann, "chat", 2, 5);
  log.loses = false;
  ann.out->take();
  say(ann, "chat", 6, 6);
  CAF_CHECK_EQUAL(heard(ann), "accepted 3 2 3 4 5 6");
}

CAF_TEST(a message that is too large for the node is told as a loss) {
  auto ann = connect("ann");
  join(ann, "chat");
  say(ann, "chat", 1, 1);
  ann.out->take();
  append_large("chat"); // by a node with larger limits
  CAF_CHECK_EQUAL(heard(ann), "gap chat");
  say(ann, "chat", 3, 3);
  CAF_CHECK_EQUAL(heard(ann), "accepted 3 3");
  auto bob = connect("bob", 1);
  bob.out->take();
  join_since(bob, "chat", 1);
  CAF_CHECK_EQUAL(heard(bob), "joined chat");
  CAF_CHECK_EQUAL(bob.out->last_joined->recovered.value(), false);
  auto eve = connect("eve", 1);
  eve.out->take();
  join_since(eve, "chat", 2);
  CAF_CHECK_EQUAL(heard(eve), "joined chat 3");
}

CAF_TEST(whoever catches up is told of what is too large at its place) {
  auto ann = connect("ann");
  join(ann, "chat");
  say(ann, "chat", 1, 4);
  append_large("chat");
  say(ann, "chat", 6, 7);
  auto bob = connect("bob", 1);
  bob.out->take();
  join_since(bob, "chat", 0);
  CAF_CHECK_EQUAL(heard(bob), "joined chat 1 2 3 4 gap chat");
  // From the bus, and with the readings of the room and of Bob.
  CAF_CHECK_EQUAL(env->delivery_counts->oversized_packets.load(), 3u);
}

CAF_TEST(a lost last message is noticed without another one) {
  auto ann = connect("ann");
  join(ann, "chat");
  log.loses = true;
  say(ann, "chat", 1, 1);
  log.loses = false;
  ann.out->take();
  wait(61s);
  CAF_CHECK_EQUAL(heard(ann), "1");
}

CAF_TEST(members do not notice an outage of the bus) {
  auto ann = connect("ann");
  join(ann, "chat");
  log.loses = true;
  say(ann, "chat", 1, 2);
  log.loses = false;
  ann.out->take();
  for (auto& [channel, who] : wire->subscribed)
    if (channel == room_channel("chat"))
      who->on_gap(now, now);
  settle();
  CAF_CHECK_EQUAL(heard(ann), "1 2");
}

CAF_TEST(members are told what the history has lost) {
  auto ann = connect("ann");
  join(ann, "chat");
  say(ann, "chat", 1, 2);
  log.forget();
  ann.out->take();
  say(ann, "chat", 3, 3);
  CAF_CHECK_EQUAL(heard(ann), "accepted 3 gap chat");
  CAF_CHECK_EQUAL(*ann.out->last_gap->at, (position{epoch_of("chat"), 1}));
  say(ann, "chat", 4, 4);
  CAF_CHECK_EQUAL(heard(ann), "accepted 3 4");
}

CAF_TEST(a room goes on asking while the history does not answer) {
  auto ann = connect("ann");
  join(ann, "chat");
  log.loses = true;
  say(ann, "chat", 1, 1);
  log.loses = false;
  log.fault = errc::timeout;
  say(ann, "chat", 2, 2);
  ann.out->take();
  wait(2s);
  CAF_CHECK_EQUAL(heard(ann), "");
  log.fault = errc::none;
  wait(2s);
  CAF_CHECK_EQUAL(heard(ann), "1 2");
}

CAF_TEST(a join is refused while the history does not answer) {
  auto ann = connect("ann");
  ann.out->take();
  log.fault = errc::bus_unavailable;
  join(ann, "chat");
  CAF_CHECK_EQUAL(heard(ann), "error bus_unavailable");
  log.fault = errc::none;
  join(ann, "chat");
  CAF_CHECK_EQUAL(heard(ann), "joined chat");
}

CAF_TEST(a room that has refused all who waited for its history ends) {
  log.holds = true;
  auto ann = connect("ann");
  ann.out->take();
  join(ann, "closed");
  CAF_CHECK_EQUAL(wire->count(room_channel("closed")), 1u);
  log.answer();
  settle();
  CAF_CHECK_EQUAL(heard(ann), "error room_refused");
  CAF_CHECK_EQUAL(wire->count(room_channel("closed")), 0u);
}

CAF_TEST(whoever comes back gets all pages and then what is said) {
  auto [ann, bob] = ann_and_bob("chat", 8);
  join_since(bob, "chat", 1);
  wait(1s);
  say(ann, "chat", 9, 9);
  CAF_CHECK_EQUAL(heard(bob), "joined chat 2 3 4 5 6 7 8 9");
  CAF_CHECK(bob.out->last_joined->recovered == true);
  CAF_CHECK_EQUAL(bob.out->last_joined->at->offset, 1u);
}

CAF_TEST(what is said while somebody catches up comes behind the rest) {
  auto [ann, bob] = ann_and_bob("chat", 5);
  log.holds = true;
  join_since(bob, "chat", 0);
  for (int next = 6; next < 12; ++next) {
    log.answer();
    say(ann, "chat", next, next);
    wait(1s);
  }
  log.holds = false;
  log.answer();
  wait(1s);
  CAF_CHECK_EQUAL(heard(bob), "joined chat 1 2 3 4 5 6 7 8 9 10 11");
}

CAF_TEST(a position that was trimmed is not recovered) {
  auto [ann, bob] = ann_and_bob("short", 5);
  join_since(bob, "short", 1);
  CAF_CHECK_EQUAL(heard(bob), "joined short");
  CAF_CHECK(bob.out->last_joined->recovered == false);
  CAF_CHECK_EQUAL(bob.out->last_joined->at->offset, 5u);
}

CAF_TEST(a client may be ahead of the room) {
  auto ann = connect("ann");
  auto bob = connect("bob", 1);
  join(ann, "chat");
  log.loses = true; // another node was faster
  say(ann, "chat", 1, 2);
  log.loses = false;
  ann.out->take();
  bob.out->take();
  join_since(bob, "chat", 2);
  CAF_CHECK(bob.out->last_joined->recovered == true);
  CAF_CHECK_EQUAL(heard(ann), "1 2");
  say(ann, "chat", 3, 3);
  CAF_CHECK_EQUAL(heard(bob), "joined chat 3");
}

CAF_TEST(who comes in after a loss gets nothing from before the position) {
  auto [ann, bob] = ann_and_bob("chat", 2);
  position old{epoch_of("chat"), 1};
  log.forget();
  log.delays = true;
  say(ann, "chat", 3, 3);
  request(bob, join_request{"1", "chat", old});
  say(ann, "chat", 4, 4); // comes behind the answers that are on their way
  ann.out->take();
  log.answer();
  settle();
  CAF_CHECK_EQUAL(heard(ann), "gap chat 4");
  CAF_CHECK_EQUAL(heard(bob), "joined chat");
  CAF_CHECK_EQUAL(bob.out->last_joined->at->offset, 2u);
}

CAF_TEST(a thousand who come back cost a few questions) {
  auto ann = connect("ann");
  env->limits.edit().history_page = 100;
  join(ann, "chat");
  say(ann, "chat", 1, 50);
  std::vector<client> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(connect("u" + std::to_string(i), 1));
  auto epoch = epoch_of("chat");
  log.holds = true;
  log.questions = 0;
  for (std::uint64_t i = 0; i < 100; ++i)
    request(all[i], join_request{"1", "chat", position{epoch, (i + 10) % 50}});
  log.holds = false;
  log.answer();
  settle();
  CAF_CHECK_EQUAL(log.questions, 2);
  for (std::uint64_t i = 0; i < 100; ++i)
    CAF_CHECK_EQUAL(all[i].out->count("\"data\":"), 50 - (i + 10) % 50);
  // Nor does whoever comes a moment later, until nobody is expected any more.
  say(ann, "chat", 51, 52);
  auto late = connect("late", 1);
  request(late, join_request{"1", "chat", position{epoch, 3}});
  CAF_CHECK_EQUAL(log.questions, 2);
  CAF_CHECK_EQUAL(late.out->count("\"data\":"), 49u);
  CAF_CHECK_EQUAL(env->room_counts->replays_from_memory.load(), 1u);
  CAF_CHECK(env->backlogs->replays.taken() > 0u);
  wait(61s);
  CAF_CHECK_EQUAL(env->backlogs->replays.taken(), 0u);
}

CAF_TEST(a client ahead of the room gets nothing from what the room knows) {
  auto [ann, bob] = ann_and_bob("chat", 2);
  join_since(bob, "chat", 1);
  log.loses = true; // another node was faster
  say(ann, "chat", 3, 4);
  log.loses = false;
  auto eve = connect("eve", 1);
  heard(eve);
  join_since(eve, "chat", 4);
  CAF_CHECK_EQUAL(heard(eve), "joined chat");
  say(ann, "chat", 5, 5);
  CAF_CHECK_EQUAL(heard(eve), "5");
}

CAF_TEST(a room hands its newest message to whoever comes) {
  auto [ann, bob] = ann_and_bob("last", 3);
  join(bob, "last");
  CAF_CHECK_EQUAL(heard(bob), "joined last 3");
  CAF_CHECK_EQUAL(bob.out->last_joined->at->offset, 2u);
  CAF_CHECK(!bob.out->last_joined->recovered);
}

CAF_TEST_FIXTURE_SCOPE_END()
