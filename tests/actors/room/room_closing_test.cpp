#define CAF_SUITE room_closing_test

#include "atrium/actors/util/directory_counters.hpp"

#include "support/actor_fixture.hpp"
#include "support/scripted_presence.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

class counting_logic final : public room_logic {
public:
  decision on_message(const member&, room_message& message) override {
    message.data = std::to_string(++messages_);
    return decision::accept();
  }
  void on_leave(const member&) override {
    publish("\"bye\"");
  }

private:
  int messages_ = 0;
};

struct fixture : node_fixture {
  fixture() : node_fixture(room_types{}.add<counting_logic>("own:*")) {
    ann = connect("ann", 0);
    bob = connect("bob", 1);
    ann.out->take();
    bob.out->take();
  }

  void send_close(const std::string& room) {
    caf::anon_send(root, close_room{room, {}});
  }

  void close(const std::string& room) {
    send_close(room);
    settle();
  }

  void send(const client& from, client_request x) {
    caf::anon_send(from.actor, from_client{std::move(x)});
  }

  client ann;
  client bob;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_closing_tests, fixture)

CAF_TEST(the members of a closed room are members no more) {
  for (auto* x : {&ann, &bob})
    join(*x, "r");
  ann.out->take();
  bob.out->take();
  close("r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error room_died"});
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error room_died"});
  publish(ann, "r", "1");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error not_a_member"});
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 0U);
  CAF_CHECK_EQUAL(env->directory_counts->dead_rooms.load(), 0U);
  join(ann, "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"joined r"});
  CAF_CHECK(bob.out->take().empty());
}

CAF_TEST(the state of the logic is gone with the room) {
  join(ann, "own:1");
  publish(ann, "own:1", "0");
  publish(ann, "own:1", "0");
  CAF_CHECK_EQUAL(ann.out->count("\"data\":2"), 1U);
  close("own:1");
  join(ann, "own:1");
  ann.out->take();
  publish(ann, "own:1", "0");
  CAF_CHECK_EQUAL(ann.out->count("\"data\":1"), 1U);
}

CAF_TEST(a room that is not there is not opened to be closed) {
  close("r");
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 0U);
}

CAF_TEST(presence hears that the members have gone) {
  auto told = std::make_shared<scripted_presence>();
  env->presence = told;
  env->limits.edit().presence.add("r");
  join(ann, "r");
  settle();
  close("r");
  CAF_CHECK_EQUAL(told->gone, lines{"ann"});
  join(ann, "r");
  CAF_CHECK_EQUAL(told->there.at("r").size(), 1U);
  told->asked.clear();
}

CAF_TEST(a join that waits fails and the next one opens another room) {
  wire->carries = false;
  wire->answers = false;
  send(ann, join_request{"1", "r"});
  settle();
  close("r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error room_died"});
  wire->answers = true;
  join(ann, "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"joined r"});
}

CAF_TEST(somebody comes in while the room is closed and goes with the others) {
  if (is_on_lanes())
    return; // there the order of actors cannot be chosen
  join(ann, "r");
  ann.out->take();
  wire->carries = false;
  join(bob, "r");
  CAF_CHECK(bob.out->take().empty());
  // The directory has closed the room before the room hears of either.
  wire->settle_doubts();
  send_close("r");
  CAF_REQUIRE(sched.prioritize(root));
  sched.run_once();
  settle();
  CAF_CHECK_EQUAL(bob.out->take(), (lines{"joined r", "error room_died"}));
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error room_died"});
  publish(bob, "r", "1");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error not_a_member"});
}

CAF_TEST(a join that the closed room has not let in fails) {
  join(ann, "r");
  wire->carries = false;
  join(bob, "r");
  close("r");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error room_died"});
  wire->carries = true;
  join(bob, "r");
  CAF_CHECK_EQUAL(bob.out->take(), lines{"joined r"});
}

CAF_TEST(a join behind the closing opens another room at once) {
  join(ann, "r");
  ann.out->take();
  send_close("r");
  send(bob, join_request{"1", "r"});
  settle();
  CAF_CHECK_EQUAL(bob.out->take(), lines{"joined r"});
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error room_died"});
  publish(bob, "r", "1");
  CAF_CHECK_EQUAL(bob.out->take().size(), 2U);
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST(requests that the closed room has not answered fail) {
  join(ann, "r");
  ann.out->take();
  send_close("r");
  send(ann, publish_request{"2", "r", "1", {}, {}, true});
  send(ann, leave_request{"3", "r"});
  settle();
  auto seen = ann.out->take();
  CAF_REQUIRE(!seen.empty());
  CAF_CHECK_EQUAL(ann.out->answered, 3U);
  join(ann, "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"joined r"});
}

CAF_TEST(a message of the back end for a room that is closed has an end) {
  join(ann, "r");
  ann.out->take();
  lines told;
  send_close("r");
  for (int i = 0; i < 2; ++i)
    caf::anon_send(root, post_in_room{"r", {"1", {}, {}}, false, {}, [&](const post_result& x) {
                                        told.emplace_back(to_string(x.code));
                                      }});
  send_close("r");
  settle();
  CAF_CHECK_EQUAL(told.size(), 2U);
  CAF_CHECK_EQUAL(ann.out->count("room_died"), 1U);
}

CAF_TEST(a node stops while a room is closed) {
  join(ann, "r");
  ann.out->take();
  send_close("r");
  caf::anon_send(root, stop_atom{});
  send_close("r");
  settle();
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 0U);
}

CAF_TEST_FIXTURE_SCOPE_END()
