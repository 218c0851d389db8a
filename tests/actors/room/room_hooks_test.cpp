#define CAF_SUITE room_hooks_test

#include "atrium/actors/room/logic_runner.hpp"
#include "atrium/actors/util/directory_counters.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/broker/log/log.hpp"

#include "support/actor_fixture.hpp"
#include "support/lone_port.hpp"

#include <map>
#include <stdexcept>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

const std::string not_utf8 = "\"\xC3(\"";

// What is no JSON value in UTF-8, in every way that comes to mind.
const std::vector<std::string> no_json
  = {"",         "oops",   "{\"a\":}",
     "1 2",      "\"open", not_utf8,
     "\"\x01\"", "'a'",    std::string(300, '[') + std::string(300, ']')};

/// Makes what the message names into what the test wants; tells and publishes
/// what its names are in between.
class careless_room : public room_logic {
public:
  static inline std::map<std::string, std::string> words;

  decision on_join(const member& who) override {
    publish("\"hello all\"");
    tell(who, "\"hello you\"");
    return decision::accept();
  }
  decision on_message(const member& from, room_message& message) override {
    if (message.data == "\"data\"")
      message.data = words["data"];
    else if (message.data == "\"ids\"")
      message.event_id = message.trace_id = words["data"];
    else if (message.data == "\"refuse\"")
      return decision::refuse(words["data"]);
    else if (message.data == "\"speak\"") {
      publish(words["data"]);
      tell(from, words["data"]);
    } else {
      publish("\"before\"");
      tell(from, "\"told\"");
    }
    return decision::accept();
  }
};

/// Throws in the hook that the test names.
class throwing_room : public room_logic {
public:
  static inline std::string where;
  static inline int alive = 0;

  throwing_room() {
    may_throw("constructor");
    ++alive;
  }
  ~throwing_room() noexcept(false) override {
    --alive;
    may_throw("destructor");
  }
  decision on_join(const member&) override {
    may_throw("on_join");
    return decision::accept();
  }
  decision on_message(const member&, room_message& message) override {
    may_throw("on_message");
    if (where == "quote")
      throw std::runtime_error{"cannot read " + message.data};
    return decision::accept();
  }
  void on_leave(const member&) override {
    may_throw("on_leave");
  }
  void on_tick() override {
    may_throw("on_tick");
  }
  std::chrono::milliseconds tick_interval() const override {
    may_throw("tick_interval");
    return 1s;
  }
  std::chrono::milliseconds linger() const override {
    may_throw("linger");
    return 0s;
  }
  friend caf::error inspect(json_inspector&, throwing_room& x) {
    x.may_throw("inspect");
    return {};
  }

private:
  void may_throw(const std::string& hook) const {
    if (where == hook + " with a number")
      throw 42;
    if (where == hook)
      throw std::runtime_error{"dice fell off the table"};
    if (where == hook + " with a room")
      publish("1");
  }
  void publish(std::string data) const {
    const_cast<throwing_room*>(this)->room_logic::publish(std::move(data));
  }
};

struct fixture : node_fixture {
  fixture()
    : node_fixture(room_types{}.add<careless_room>("careless").add<throwing_room>("throwing")) {
    log::redirect([this](std::string_view line) { logged += line; });
    throwing_room::where.clear();
    ann = connect("ann", 0);
    bob = connect("bob", 1);
    forget();
  }
  ~fixture() override {
    throwing_room::where.clear();
    log::redirect(nullptr);
  }

  void both_join(const std::string& room) {
    join(ann, room);
    join(bob, room);
    forget();
  }
  void forget() {
    ann.out->take();
    bob.out->take();
    logged.clear();
  }
  bool has_logged(std::string_view part) const {
    return logged.find(part) != std::string::npos;
  }

  std::string logged;
  client ann;
  client bob;
};

// The values of "data" that a client has seen, and what was no message.
lines said(const client& who) {
  lines result;
  for (auto& x : who.out->take())
    if (auto at = x.find("\"data\":"); at != std::string::npos)
      result.push_back(x.substr(at + 7, x.size() - at - 8));
    else
      result.push_back(x);
  return result;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_hooks_tests, fixture)

CAF_TEST(what a hook makes of a message is checked) {
  both_join("careless");
  for (auto& words : no_json) {
    careless_room::words["data"] = words;
    auto before = env->room_counts->invalid_words.load();
    publish(ann, "careless", "\"data\"");
    CAF_CHECK_EQUAL(ann.out->take(), lines{"error internal"});
    CAF_CHECK(bob.out->take().empty());
    CAF_CHECK_EQUAL(env->room_counts->invalid_words.load(), before + 1);
    CAF_CHECK(has_logged("room=\"careless\"") || has_logged("careless"));
    CAF_CHECK(words.size() < 4 || !has_logged(words));
    logged.clear();
  }
  careless_room::words["data"] = " {\"n\": 1}\n";
  publish(ann, "careless", "\"data\"");
  CAF_CHECK_EQUAL(said(bob), lines{" {\"n\": 1}\n"});
}

CAF_TEST(ids that a hook makes up are checked) {
  both_join("careless");
  for (auto* words : {"two words", "\xC3(", "\n"}) {
    careless_room::words["data"] = words;
    publish(ann, "careless", "\"ids\"");
    CAF_CHECK_EQUAL(ann.out->take(), lines{"error internal"});
    CAF_CHECK(bob.out->take().empty());
  }
}

CAF_TEST(what a room says for itself is checked) {
  both_join("careless");
  for (auto& words : no_json) {
    careless_room::words["data"] = words;
    publish(ann, "careless", "\"speak\"");
    CAF_CHECK_EQUAL(said(ann), (lines{"accepted 3", "\"speak\""}));
    CAF_CHECK_EQUAL(said(bob), lines{"\"speak\""});
    CAF_CHECK(has_logged("publish") && has_logged("tell") && has_logged("careless"));
    logged.clear();
  }
}

CAF_TEST(a refusal is text of a bounded length) {
  both_join("careless");
  auto text = [&](const std::string& words) {
    careless_room::words["data"] = words;
    return decision::refuse(words).refusal().value();
  };
  CAF_CHECK_EQUAL(text("be brief"), "be brief");
  CAF_CHECK_EQUAL(text("a\xC3("), "a\xEF\xBF\xBD(");
  CAF_CHECK_EQUAL(text(std::string(5'000, 'x')).size(), 1'024U);
  CAF_CHECK_EQUAL(text(std::string(1'023, 'x') + "\xC3\xA9").size(), 1'023U);
}

CAF_TEST(a room is heard in the order in which it speaks) {
  join(ann, "careless");
  CAF_CHECK_EQUAL(said(ann), (lines{"joined careless", "\"hello you\"", "\"hello all\""}));
  join(bob, "careless");
  forget();
  publish(ann, "careless", "\"said\"");
  CAF_CHECK_EQUAL(said(bob), (lines{"\"before\"", "\"said\""}));
  auto heard = said(ann);
  std::erase(heard, "accepted 3"); // comes when the bus has taken it
  CAF_CHECK_EQUAL(heard, (lines{"\"told\"", "\"before\"", "\"said\""}));
}

CAF_TEST(a hook that throws is a line in the log and news for the members) {
  using step = std::function<void()>;
  const std::map<std::string, step> steps = {
    {"on_message", [this] { publish(ann, "throwing", "1"); }},
    {"on_leave", [this] { leave(ann, "throwing"); }},
    {"on_tick", [this] { sched.advance_time(1s), settle(); }},
    {"tick_interval", [this] { sched.advance_time(1s), settle(); }},
  };
  for (auto& [hook, act] : steps)
    for (auto* how : {"", " with a number"}) {
      now += 2min;
      both_join("throwing");
      auto restarts = env->room_counts->room_restarts.load();
      throwing_room::where = hook + how;
      act();
      throwing_room::where.clear();
      CAF_CHECK_EQUAL(bob.out->take(), lines{"error room_restarted"});
      CAF_CHECK_EQUAL(env->room_counts->room_restarts.load(), restarts + 1);
      CAF_CHECK(has_logged("throwing"));
      CAF_CHECK_EQUAL(has_logged("dice fell off the table"), how == std::string{});
      leave(ann, "throwing");
      leave(bob, "throwing");
    }
  CAF_CHECK_EQUAL(env->directory_counts->dead_rooms.load(), 0U);
}

CAF_TEST(a newcomer whom a hook fails is not in and the members are told) {
  join(bob, "throwing");
  forget();
  throwing_room::where = "on_join";
  join(ann, "throwing");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error internal"});
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error room_restarted"});
  CAF_CHECK(has_logged("dice fell off the table"));
}

CAF_TEST(an empty room whose hook throws ends) {
  both_join("throwing");
  throwing_room::where = "linger";
  leave(ann, "throwing");
  leave(bob, "throwing");
  CAF_CHECK(has_logged("dice fell off the table"));
  CAF_CHECK_EQUAL(wire->count(room_channel("throwing")), 0U);
}

CAF_TEST(a constructor or a destructor that throws is survived) {
  for (auto* how : {"constructor", "constructor with a number", "constructor with a room"}) {
    throwing_room::where = how;
    join(ann, "throwing");
    CAF_CHECK_EQUAL(ann.out->take(), lines{"error internal"});
    CAF_CHECK(has_logged("room_logic_failed"));
    logged.clear();
  }
  for (auto* how : {"destructor", "destructor with a number", "destructor with a room"}) {
    throwing_room::where.clear();
    both_join("throwing");
    leave(ann, "throwing");
    throwing_room::where = how;
    leave(bob, "throwing");
    CAF_CHECK(has_logged("room_logic_unclean"));
    CAF_CHECK(has_logged("throwing"));
    logged.clear();
    CAF_CHECK_EQUAL(throwing_room::alive, 0);
  }
}

CAF_TEST(a room without a new state dies and its members know) {
  both_join("throwing");
  throwing_room::where = "constructor";
  leave(ann, "throwing"); // nothing throws yet
  throwing_room::where = "on_message";
  for (std::size_t i = 0; i <= env->limits->restarts_per_minute; ++i)
    publish(bob, "throwing", "1");
  CAF_CHECK_EQUAL(bob.out->count("error room_restarted"), env->limits->restarts_per_minute);
  auto heard = bob.out->take();
  CAF_REQUIRE(!heard.empty());
  CAF_CHECK_EQUAL(heard.back(), "error room_died");
  CAF_CHECK(ann.out->count("error room_died") == 0);
}

CAF_TEST(an exception that quotes a message is logged without its text) {
  both_join("throwing");
  throwing_room::where = "quote";
  publish(ann, "throwing", "{\"pin\":\"4711-0815\"}");
  CAF_CHECK(has_logged("runtime_error") && has_logged("withheld"));
  CAF_CHECK(!has_logged("4711"));
  publish(ann, "throwing", "[1,true,{\"a\":2}]");
  CAF_CHECK(has_logged("cannot read"));
}

CAF_TEST(logic that cannot be inspected is null) {
  lone_port port;
  logic_runner logic;
  logic.start(env, port, [](bool) {});
  CAF_CHECK_EQUAL(logic.describe(), "{}");
  for (auto* how : {"inspect", "inspect with a number"}) {
    throwing_room::where = how;
    CAF_CHECK_EQUAL(logic.describe(), "null");
    CAF_CHECK(has_logged("room_inspection_failed"));
    logged.clear();
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
