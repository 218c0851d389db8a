#define CAF_SUITE fake_room_test

#include "atrium/actors/testing/fake_room.hpp"

#include "caf/test/unit_test.hpp"

#include <stdexcept>

using namespace atrium;
using namespace std::chrono_literals;

using texts = fake_room_base::texts;

namespace {

/// A quiz: the first right guess wins, and wrong ones are nobody else's business.
class quiz_room final : public room_logic {
public:
  explicit quiz_room(std::string right = "\"42\"") : right_(std::move(right)) {
    // nop
  }
  decision on_join(const member& who) override {
    if (who.info && *who.info == "{}")
      return decision::refuse("not you");
    tell(who, "\"guess\"");
    after("hint", 10s);
    return decision::accept();
  }
  decision on_message(const member& from, room_message& message) override {
    if (message.data == "\"ask\"") {
      look_up(message.ticket);
      return decision::later(20s);
    }
    if (message.data == "\"crash\"")
      throw std::runtime_error{"crash"};
    if (message.data == "\"mumble\"")
      publish("mumble");
    if (message.data != right_)
      return decision::handled("false");
    cancel("hint");
    publish_after('"' + from.user + " wins\"");
    return decision::accept();
  }
  void on_leave(const member& who) override {
    publish('"' + who.user + " gives up\"");
  }
  void on_timer(const std::string& timer) override {
    publish('"' + timer + '"');
  }
  void on_tick() override {
    ++ticks;
  }
  std::chrono::milliseconds tick_interval() const override {
    return 3s;
  }

  int ticks = 0;

private:
  void look_up(answer_ticket who) {
    task_options how;
    how.deadline = 15s;
    how.on_progress = [this](const std::string& x) { publish(x); };
    how.on_failure = [this, who](const task_failure& x) { refuse(who, x.text); };
    run(
      [](task_control& control) {
        control.report("1");
        control.report("2");
        return 42;
      },
      [this, who](int x) { reply(who, std::to_string(x)); }, how);
  }

  std::string right_;
};

struct fixture {
  fake_room<quiz_room> room{"quiz:1"};
  fake_member ann = room.join("ann");
  fake_member bob = room.join("bob");

  fixture() {
    room.heard(ann);
    room.heard(bob);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(fake_room_tests, fixture)

CAF_TEST(members hear what is said and what they are told) {
  auto outcome = room.say(ann, "\"42\"");
  CAF_CHECK(outcome->is_published());
  CAF_CHECK_EQUAL(outcome->text, "\"42\"");
  CAF_CHECK_EQUAL(room.heard(bob), (texts{"\"42\"", "\"ann wins\""}));
  CAF_CHECK_EQUAL(room.heard(bob), texts{});
  CAF_CHECK_EQUAL(room.published(), (texts{"\"42\"", "\"ann wins\""}));
  auto eve = room.join("eve");
  CAF_CHECK(!eve.refusal);
  CAF_CHECK_EQUAL(room.heard(eve), texts{"\"guess\""});
  CAF_CHECK_EQUAL(room.heard(bob), texts{});
  room.leave(eve);
  CAF_CHECK_EQUAL(room.heard(bob), texts{"\"eve gives up\""});
  CAF_CHECK_EQUAL(room.heard(eve), texts{});
  CAF_CHECK(room.say(eve, "1")->code == errc::not_a_member);
}

CAF_TEST(who is refused is no member) {
  auto eve = room.join("eve", std::make_shared<std::string>("{}"));
  CAF_CHECK_EQUAL(eve.refusal.value(), "not you");
  CAF_CHECK(room.say(eve, "1")->code == errc::not_a_member);
}

CAF_TEST(an answer goes to nobody else) {
  auto outcome = room.say(ann, "\"41\"");
  CAF_CHECK(outcome->is_answered());
  CAF_CHECK_EQUAL(outcome->text, "false");
  CAF_CHECK(room.post("\"41\"")->is_answered());
  CAF_CHECK_EQUAL(room.heard(ann), texts{});
}

CAF_TEST(timers and ticks come when their time has come) {
  room.advance(9'999ms);
  CAF_CHECK_EQUAL(room.published(), texts{});
  CAF_CHECK_EQUAL(room.logic().ticks, 3);
  room.advance(1ms);
  CAF_CHECK_EQUAL(room.published(), texts{"\"hint\""});
  room.advance(1h);
  CAF_CHECK_EQUAL(room.published(), texts{});
}

CAF_TEST(a task is done when the test says so) {
  auto outcome = room.say(ann, "\"ask\"");
  CAF_CHECK(outcome->is_waiting());
  CAF_CHECK_EQUAL(room.run_tasks(), 1U);
  CAF_CHECK(outcome->is_answered());
  CAF_CHECK_EQUAL(outcome->text, "42");
  CAF_CHECK_EQUAL(room.heard(bob), texts{"2"});
  CAF_CHECK_EQUAL(room.run_tasks(), 0U);
}

CAF_TEST(or it fails or is late) {
  auto outcome = room.say(ann, "\"ask\"");
  CAF_CHECK_EQUAL(room.fail_tasks({task_failure::reason::queue_full, "full"}), 1U);
  CAF_CHECK(outcome->is_refused());
  CAF_CHECK_EQUAL(outcome->text, "full");
  outcome = room.say(ann, "\"ask\"");
  room.advance(15s);
  CAF_CHECK_EQUAL(outcome->text, "no result in time");
  CAF_CHECK_EQUAL(room.run_tasks(), 0U);
}

CAF_TEST(an exception comes out and there is a fresh logic) {
  auto outcome = room.say(ann, "\"ask\"");
  room.advance(3s);
  auto thrown = false;
  try {
    room.say(ann, "\"crash\"");
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  CAF_CHECK(thrown);
  CAF_CHECK_EQUAL(room.restarts(), 1U);
  CAF_CHECK_EQUAL(room.logic().ticks, 0);
  CAF_CHECK(outcome->code == errc::internal);
  CAF_CHECK_EQUAL(room.run_tasks(), 0U);
  room.advance(1h);
  CAF_CHECK_EQUAL(room.published(), texts{}); // nor are there timers
  CAF_CHECK(room.say(ann, "\"42\"")->is_published());
}

CAF_TEST(what is no JSON is dropped) {
  room.say(ann, "\"mumble\"");
  CAF_CHECK_EQUAL(room.dropped(), texts{"mumble"});
  CAF_CHECK_EQUAL(room.published(), texts{});
}

CAF_TEST(the test may make the logic) {
  fake_room<quiz_room> other{"quiz:2", [] { return std::make_unique<quiz_room>("7"); }};
  CAF_CHECK(other.say(other.join("ann"), "7")->is_published());
}

CAF_TEST_FIXTURE_SCOPE_END()
