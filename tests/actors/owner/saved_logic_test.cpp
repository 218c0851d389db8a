#define CAF_SUITE saved_logic_test

#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/owner/saved_logic.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/actors/room_types.hpp"

#include "support/actor_fixture.hpp"
#include "support/saved_fields.hpp"

#include <memory>
#include <optional>
#include <string>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using fields = saved_fields::fields;

/// Its state is a number, which the test sets.
class table : public room_logic {
public:
  static inline std::chrono::milliseconds interval{0};

  std::chrono::milliseconds snapshot_interval() const override {
    return interval;
  }

  using room_logic::after;
  using room_logic::cancel;
  using room_logic::every;

  int turn = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, table& x) {
  return f(named("turn"), x.turn);
}

class hidden final : public table {};

/// Cannot be read back.
caf::error inspect(json_inspector& f, hidden& x) {
  return f(named("turn"), x.turn);
}
[[maybe_unused]] caf::error inspect(json_loader& f, hidden& x) = delete;

/// A logic with what saves it, at some owner.
class owner_part final : room_voice {
public:
  owner_part(logic_actor self, environment_ptr env, const std::string& room) {
    answers_.start(env, room, false, [](auto) {});
    context_.start(std::move(self), env, room);
    logic_.start(env, context_, [](bool) {});
    subject.start(env);
  }

  template <class F>
  void with_logic(F f) {
    logic_.run([&](room_logic& x) {
      f(static_cast<table&>(x));
      return true;
    });
  }

  int turn() {
    int result = 0;
    with_logic([&](auto& x) { result = x.turn; });
    return result;
  }

  void turn(int x) {
    with_logic([&](auto& y) { y.turn = x; });
  }

  const room_timers& timers() const {
    return context_.timers();
  }

private:
  std::vector<member> members() const override {
    return {};
  }
  void publish(std::string) override {
    // nop
  }
  void publish_after(std::string) override {
    // nop
  }
  void tell(const member&, std::string) override {
    // nop
  }

  logic_runner logic_;
  room_answers answers_;
  logic_context context_{logic_, *this, answers_};

public:
  saved_logic subject{logic_, context_};
};

logic_actor::behavior_type idle() {
  return {[](const room_wake&) {}, [](const task_finished&) {}, [](const task_refused&) {},
          [](const task_reported&) {}};
}

struct fixture : node_fixture {
  fixture()
    : node_fixture(room_types{}.add<table>("table", home::one).add<hidden>("hidden", home::one)) {
    table::interval = 0ms;
    runner = sys.spawn(idle);
    settle();
    first = make("table");
  }

  ~fixture() override {
    caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
  }

  std::unique_ptr<owner_part> make(const std::string& room) {
    return std::make_unique<owner_part>(runner, env, room);
  }

  room_timers::time_point clock() {
    return sys.clock().now();
  }

  void pass(std::chrono::milliseconds time) {
    now += time;
    sched.advance_time(time);
    settle();
  }

  /// Saves what a word has to; `says` something. Returns what has changed.
  fields save(owner_part& of, bool says = true, bool is_final = false) {
    word_draft out;
    if (says)
      out.add(room_note{room_note::kind::restarted});
    of.subject.save(out, clock(), is_final);
    return saved.take(out);
  }

  /// Gives all that is saved to another owner. Returns whether that one knows everything.
  bool restore(owner_part& to) {
    saved.restore(to.subject);
    return to.subject.finish_restoring(clock());
  }

  logic_actor runner;
  saved_fields saved;
  std::unique_ptr<owner_part> first;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(saved_logic_tests, fixture)

CAF_TEST(the state is saved with each word that changes it) {
  CAF_CHECK(!first->subject.saved_at());
  CAF_CHECK_EQUAL(save(*first), (fields{{"logic", R"({"turn":0})"}}));
  CAF_CHECK(first->subject.saved_at() == clock());
  CAF_CHECK_EQUAL(save(*first), fields{});
  first->turn(1);
  CAF_CHECK_EQUAL(save(*first, false), (fields{{"logic", R"({"turn":1})"}}));
  CAF_CHECK(!first->subject.due());
  CAF_CHECK(!first->subject.is_ahead());
}

CAF_TEST(the next owner has the state) {
  first->turn(7);
  save(*first);
  auto next = make("table");
  CAF_CHECK(restore(*next));
  CAF_CHECK_EQUAL(next->turn(), 7);
  CAF_CHECK_EQUAL(save(*next), fields{}); // it is what is saved
}

CAF_TEST(without a state or with one that cannot be read it begins anew) {
  auto next = make("table");
  CAF_CHECK(!restore(*next));
  next->subject.restore("logic", R"({"turn":"seven"})");
  CAF_CHECK(!next->subject.finish_restoring(clock()));
  CAF_CHECK_EQUAL(next->turn(), 0);
  save(*next);
  CAF_CHECK_EQUAL(saved.all(), (fields{{"logic", R"({"turn":0})"}}));
}

CAF_TEST(fields of others are none of these) {
  for (auto* field : {"w:ar", "a:ar.1", "m:ar-1", "e:x", "", "logics"})
    CAF_CHECK(!first->subject.restore(field, "1"));
}

CAF_TEST(a logic that cannot be read back is not saved) {
  auto other = make("hidden");
  other->turn(1);
  other->with_logic([](auto& x) { x.after("t", 1s); });
  CAF_CHECK_EQUAL(save(*other, true, true), fields{});
  CAF_CHECK(!restore(*other));
}

// -- every now and then -------------------------------------------------------------

CAF_TEST(with an interval it is saved by then and a mark says that members know more) {
  table::interval = 10s;
  CAF_CHECK_EQUAL(save(*first).size(), 1U); // the first time at once
  first->turn(1);
  CAF_CHECK_EQUAL(save(*first), (fields{{"ahead", "1"}}));
  CAF_CHECK(first->subject.is_ahead());
  CAF_CHECK(first->subject.due() == clock() + 10s);
  pass(9s);
  first->turn(2);
  CAF_CHECK_EQUAL(save(*first), fields{}); // the mark is there
  CAF_CHECK(first->subject.due() == clock() + 1s);
  pass(1s);
  CAF_CHECK_EQUAL(save(*first, false), (fields{{"logic", R"({"turn":2})"}, {"ahead", "-"}}));
  CAF_CHECK(!first->subject.due());
  CAF_CHECK(!first->subject.is_ahead());
}

CAF_TEST(what nobody was told needs no mark until somebody is) {
  table::interval = 10s;
  save(*first);
  first->turn(1);
  CAF_CHECK_EQUAL(save(*first, false), fields{});
  CAF_CHECK(first->subject.due() == clock() + 10s);
  CAF_CHECK_EQUAL(save(*first), (fields{{"ahead", "1"}}));
}

CAF_TEST(a state that is as it was saved needs no mark) {
  table::interval = 10s;
  save(*first);
  first->turn(1);
  save(*first);
  first->turn(0);
  CAF_CHECK_EQUAL(save(*first), (fields{{"ahead", "-"}}));
  CAF_CHECK(!first->subject.due());
}

CAF_TEST(the last word saves it in any case) {
  table::interval = 10s;
  save(*first);
  first->turn(1);
  save(*first);
  CAF_CHECK_EQUAL(save(*first, false, true), (fields{{"logic", R"({"turn":1})"}, {"ahead", "-"}}));
}

CAF_TEST(an owner whose members know more says so) {
  table::interval = 10s;
  save(*first);
  first->turn(1);
  save(*first);
  auto next = make("table");
  CAF_CHECK(!restore(*next));
  CAF_CHECK_EQUAL(next->turn(), 0);                       // the older one all the same
  CAF_CHECK_EQUAL(save(*next), (fields{{"ahead", "-"}})); // they were told
  auto third = make("table");
  CAF_CHECK(restore(*third));
}

// -- timers ---------------------------------------------------------------------------

CAF_TEST(timers go on at the next owner when they are due) {
  first->with_logic([](auto& x) {
    x.after("once", 10s);
    x.every("often", 4s);
  });
  CAF_CHECK_EQUAL(save(*first).count("timers"), 1U);
  CAF_CHECK_EQUAL(save(*first), fields{});
  pass(3s);
  auto next = make("table");
  CAF_CHECK(restore(*next));
  using due_in = std::map<std::string, std::int64_t>;
  CAF_CHECK_EQUAL(next->timers().next(9, clock()), (due_in{{"once", 7'000}, {"often", 1'000}}));
  CAF_CHECK_EQUAL(save(*next), fields{});
  pass(30s); // what is late is due
  auto third = make("table");
  CAF_CHECK(restore(*third));
  CAF_CHECK_EQUAL(third->timers().next(9, clock()),
                  (due_in{{"once", -23'000}, {"often", -29'000}}));
}

CAF_TEST(timers that are no more are not saved) {
  first->with_logic([](auto& x) { x.after("once", 10s); });
  save(*first);
  first->with_logic([](auto& x) { x.cancel("once"); });
  CAF_CHECK_EQUAL(save(*first), (fields{{"timers", "-"}}));
}

CAF_TEST(timers of a state that cannot be read do not come back) {
  first->with_logic([](auto& x) { x.after("once", 10s); });
  save(*first);
  auto next = make("table");
  saved.restore(next->subject);
  next->subject.restore("logic", "{");
  CAF_CHECK(!next->subject.finish_restoring(clock()));
  CAF_CHECK_EQUAL(next->timers().size(), 0U);
  next->turn(5);
  save(*next);
  auto third = make("table");
  CAF_CHECK(restore(*third));
  CAF_CHECK_EQUAL(third->turn(), 5);
  CAF_CHECK_EQUAL(third->timers().size(), 0U);
}

CAF_TEST(timers that cannot be read are none) {
  save(*first);
  for (auto* text : {"{", "[]", R"({"a":1})", R"({"a":["x",0]})"}) {
    auto next = make("table");
    saved.restore(next->subject);
    next->subject.restore("timers", text);
    CAF_CHECK(next->subject.finish_restoring(clock()));
    CAF_CHECK_EQUAL(next->timers().size(), 0U);
  }
}

CAF_TEST(what is not worth saving goes) {
  table::interval = 10s;
  first->with_logic([](auto& x) { x.after("once", 10s); });
  save(*first);
  first->turn(1);
  save(*first);
  word_draft out;
  first->subject.forget(out);
  saved.take(out);
  CAF_CHECK_EQUAL(saved.all(), fields{});
  CAF_CHECK(!first->subject.due());
}

CAF_TEST_FIXTURE_SCOPE_END()
