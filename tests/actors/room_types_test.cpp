#define CAF_SUITE room_types_test

#include "atrium/actors/room_types.hpp"

#include "caf/test/unit_test.hpp"

#include <memory>
#include <stdexcept>

using namespace atrium;

namespace {

/// Can be read back.
class table : public room_logic {
public:
  int turn = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, table& x) {
  return f(named("turn"), x.turn);
}

/// Only operators see it.
class shown final : public room_logic {
public:
  int turn = 3;
};

caf::error inspect(json_inspector& f, shown& x) {
  return f(named("turn"), x.turn);
}

class hidden final : public room_logic {};

/// A room that can do nothing.
class bare_context final : public room_context {
public:
  explicit bare_context(std::string name) : name_(std::move(name)) {
    // nop
  }
  const std::string& room_name() const override {
    return name_;
  }
  std::vector<member> members() const override {
    return {};
  }
  unix_time now() const override {
    return {};
  }
  void publish(std::string) override {
    throw std::logic_error{"not here"};
  }
  void publish_after(std::string) override {
    throw std::logic_error{"not here"};
  }
  void tell(const member&, std::string) override {
    throw std::logic_error{"not here"};
  }
  void reply(answer_ticket, std::string) override {
    throw std::logic_error{"not here"};
  }
  void refuse(answer_ticket, std::string_view) override {
    throw std::logic_error{"not here"};
  }
  void set_timer(std::string, std::chrono::milliseconds, std::chrono::milliseconds) override {
    throw std::logic_error{"not here"};
  }
  bool cancel_timer(std::string_view) override {
    return false;
  }
  void run(room_task) override {
    throw std::logic_error{"not here"};
  }

private:
  std::string name_;
};

struct fixture {
  std::unique_ptr<room_logic> make(const std::string& room) {
    contexts.push_back(std::make_unique<bare_context>(room));
    return types.make(*contexts.back());
  }

  room_types types;
  std::vector<std::unique_ptr<bare_context>> contexts;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_types_tests, fixture)

CAF_TEST(rooms have a home on each node if nobody says otherwise) {
  types.add<table>("a:*").add<table>("b:*", room_types::thread::lane).add("c:*", [] {
    return std::make_unique<table>();
  });
  for (auto room : {"a:1", "b:1", "c:1", "other"})
    CAF_CHECK(types.home_of(room) == home::each);
  CAF_CHECK(types.has_any(home::each));
  CAF_CHECK(!types.has_any(home::one));
}

CAF_TEST(rooms have the home of the longest pattern that fits) {
  types.add<table>("game:*", home::one)
    .add<table>("game:chat:*", home::each)
    .add(
      "game:chat:one", [] { return std::make_unique<table>(); }, home::one);
  CAF_CHECK(types.home_of("game:1") == home::one);
  CAF_CHECK(types.home_of("game:chat:1") == home::each);
  CAF_CHECK(types.home_of("game:chat:one") == home::one);
  CAF_CHECK(types.home_of("games") == home::each);
  CAF_CHECK(types.has_any(home::one));
}

CAF_TEST(a pattern that is registered again has the new home) {
  types.add<table>("game:*", home::one).add<table>("game:*");
  CAF_CHECK(types.home_of("game:1") == home::each);
  CAF_CHECK(!types.has_any(home::one));
}

CAF_TEST(the thread and the home are independent) {
  types.add<table>("a", home::one, room_types::thread::lane).add<table>("b", home::one);
  CAF_CHECK(types.run_on_lane("a"));
  CAF_CHECK(!types.run_on_lane("b"));
  CAF_CHECK(types.home_of("a") == home::one);
}

// -- saved and read back ------------------------------------------------------------

CAF_TEST(what a logic has written another one of its kind reads) {
  types.add<table>("*");
  auto first = make("x");
  static_cast<table&>(*first).turn = 7;
  auto text = room_types::describe(*first);
  auto second = make("x");
  CAF_CHECK(room_types::can_restore(*second));
  auto fault = room_types::restore(*second, text);
  CAF_CHECK(!fault);
  CAF_CHECK_EQUAL(static_cast<table&>(*second).turn, 7);
}

CAF_TEST(what cannot be read is told) {
  types.add<table>("*");
  auto logic = make("x");
  for (auto text : {"", "{", "[]", R"({"turn":"seven"})"}) {
    auto fault = room_types::restore(*logic, text);
    CAF_REQUIRE(fault);
    CAF_CHECK(!fault->empty());
  }
}

CAF_TEST(a logic without an inspect for that is not read) {
  types.add<shown>("shown").add<hidden>("hidden");
  for (auto room : {"shown", "hidden", "no type"}) {
    auto logic = make(room);
    CAF_CHECK(!room_types::can_restore(*logic));
    CAF_CHECK(room_types::restore(*logic, "{}"));
  }
  auto logic = make("shown");
  CAF_CHECK_EQUAL(room_types::describe(*logic), R"({"turn":3})");
}

CAF_TEST(a plain logic accepts everything and has nothing to save) {
  types.add<table>("*", home::one);
  bare_context context{"x"};
  auto logic = room_types::make_plain(context);
  member ann{"ann", "ar-1", nullptr};
  room_message message;
  CAF_CHECK(!logic->on_join(ann).refusal());
  CAF_CHECK(!logic->on_message(ann, message).refusal());
  CAF_CHECK(!room_types::can_restore(*logic));
  CAF_CHECK_EQUAL(room_types::describe(*logic), "null");
}

CAF_TEST_FIXTURE_SCOPE_END()
