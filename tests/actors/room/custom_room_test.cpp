#define CAF_SUITE custom_room_test

#include "atrium/actors/util/directory_counters.hpp"
#include "atrium/actors/util/room_counters.hpp"

#include "support/actor_fixture.hpp"

#include <stdexcept>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

/// Does what the name of the user or the message says.
class moody_room : public room_logic {
public:
  decision on_join(const member& who) override {
    if (who.user == "mallory")
      return decision::refuse("not you");
    tell(who, "\"hello\"");
    return decision::accept();
  }
  decision on_message(const member&, room_message& message) override {
    if (message.data == "\"throw\"")
      throw std::runtime_error{"moody"};
    if (message.data == "\"bad\"")
      return decision::refuse("no such words");
    ++messages_;
    message.data = "[" + std::to_string(messages_) + "," + message.data + "]";
    return decision::accept();
  }
  void on_leave(const member& who) override {
    publish("\"bye " + who.user + "\"");
  }
  void on_tick() override {
    if (ticks_++ < 2)
      publish("\"tick\"");
  }
  std::chrono::milliseconds tick_interval() const override {
    return 1s;
  }
  std::chrono::milliseconds linger() const override {
    return 30s;
  }

private:
  int messages_ = 0;
  int ticks_ = 0;
};

class broken_room : public room_logic {
public:
  broken_room() {
    throw std::runtime_error{"cannot start"};
  }
};

struct fixture : node_fixture {
  fixture() : node_fixture(room_types{}.add<moody_room>("moody:*").add<broken_room>("broken")) {
    ann = connect("ann", 0);
    bob = connect("bob", 1);
    ann.out->take();
    bob.out->take();
  }
  void both_join() {
    join(ann, "moody:1");
    join(bob, "moody:1");
    ann.out->take();
    bob.out->take();
  }
  client ann;
  client bob;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(custom_room_tests, fixture)

CAF_TEST(a hook may refuse a join) {
  auto mallory = connect("mallory");
  mallory.out->take();
  join(mallory, "moody:1");
  CAF_CHECK_EQUAL(mallory.out->take(), lines{"error room_refused"});
  join(mallory, "calm");
  CAF_CHECK_EQUAL(mallory.out->take(), lines{"joined calm"});
}

CAF_TEST(a greeting comes after joined) {
  join(ann, "moody:1");
  auto seen = ann.out->take();
  CAF_REQUIRE_EQUAL(seen.size(), 2U);
  CAF_CHECK_EQUAL(seen[0], "joined moody:1");
  CAF_CHECK(seen[1].find("\"data\":\"hello\"") != std::string::npos);
}

CAF_TEST(a hook may change or refuse a message) {
  both_join();
  publish(ann, "moody:1", "\"x\"");
  CAF_CHECK_EQUAL(bob.out->count("\"data\":[1,\"x\"]"), 1U);
  ann.out->take();
  publish(ann, "moody:1", "\"bad\"");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error room_refused"});
}

CAF_TEST(a room speaks for itself) {
  both_join();
  leave(ann, "moody:1");
  CAF_CHECK_EQUAL(bob.out->count("bye ann"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("sender"), 0U);
  bob.out->take();
  sched.advance_time(1s);
  settle();
  CAF_CHECK_EQUAL(bob.out->count("tick"), 1U);
}

CAF_TEST(a hook that throws costs its state and nothing else) {
  both_join();
  publish(ann, "moody:1", "1");
  ann.out->take();
  bob.out->take();
  publish(ann, "moody:1", "\"throw\"");
  CAF_CHECK_EQUAL(ann.out->count("error internal"), 1U); // the answer
  CAF_CHECK_EQUAL(ann.out->count("error room_restarted"), 1U);
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error room_restarted"});
  CAF_CHECK_EQUAL(env->room_counts->room_restarts.load(), 1U);
  publish(bob, "moody:1", "2");
  CAF_CHECK_EQUAL(ann.out->count("\"data\":[1,2]"), 1U);
}

CAF_TEST(a room that keeps failing is given up and its members are told) {
  both_join();
  for (std::size_t i = 0; i <= env->limits->restarts_per_minute; ++i)
    publish(ann, "moody:1", "\"throw\"");
  CAF_CHECK_EQUAL(env->directory_counts->dead_rooms.load(), 1U);
  auto heard = bob.out->take();
  CAF_REQUIRE(!heard.empty());
  CAF_CHECK_EQUAL(heard.back(), "error room_died");
  ann.out->take();
  publish(ann, "moody:1", "1");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error not_a_member"});
  CAF_CHECK_EQUAL(wire->count(room_channel("moody:1")), 0U);
  join(ann, "moody:1");
  CAF_CHECK_EQUAL(ann.out->count("joined moody:1"), 1U);
}

CAF_TEST(failures that are far apart are forgiven) {
  both_join();
  for (std::size_t i = 0; i < 3 * env->limits->restarts_per_minute; ++i) {
    publish(ann, "moody:1", "\"throw\"");
    now += 20s;
  }
  CAF_CHECK_EQUAL(env->directory_counts->dead_rooms.load(), 0U);
}

CAF_TEST(a room that cannot start answers) {
  join(ann, "broken");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error internal"});
  join(ann, "broken");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error internal"});
}

CAF_TEST(an empty room lingers with its state) {
  both_join();
  publish(ann, "moody:1", "1");
  leave(ann, "moody:1");
  leave(bob, "moody:1");
  CAF_CHECK_EQUAL(wire->count(room_channel("moody:1")), 1U);
  both_join();
  publish(ann, "moody:1", "2");
  CAF_CHECK_EQUAL(ann.out->count("\"data\":[2,2]"), 1U);
  leave(ann, "moody:1");
  leave(bob, "moody:1");
  for (int i = 0; i < 30; ++i) {
    now += 1s;
    sched.advance_time(1s);
    settle();
  }
  CAF_CHECK_EQUAL(wire->count(room_channel("moody:1")), 0U);
}

CAF_TEST_FIXTURE_SCOPE_END()
