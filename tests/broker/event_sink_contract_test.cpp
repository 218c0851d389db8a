#define CAF_SUITE event_sink_contract_test

#include "caf/test/unit_test.hpp"
#include "support/event_medium.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

} // namespace

CAF_TEST(a visit is told in order) {
  on_every_sink([](event_medium& on) {
    auto sink = on.make_sink("a");
    sink->report(comes("ann", "a-1"));
    sink->report(joins("ann", "a-1", "lobby"));
    sink->report(leaves("ann", "a-1", "lobby"));
    sink->report(goes("ann", "a-1", 4001));
    CAF_CHECK_EQUAL(on.hears(6), (lines{"connected ann a-1", "joined ann a-1 lobby",
                                        "room_occupied lobby", "left ann a-1 lobby",
                                        "room_vacated lobby", "disconnected ann a-1 4001"}));
    sink->stop(5s);
    CAF_CHECK_EQUAL(on.texts().size(), 6u);
  });
}

CAF_TEST(numbers have no gap and every event says when and where) {
  on_every_sink([](event_medium& on) {
    auto sink = on.make_sink("a");
    for (int i = 0; i < 250; ++i)
      sink->report(comes("u", "a-" + std::to_string(i)));
    CAF_CHECK_EQUAL(on.hears(250).size(), 250u);
    std::uint64_t n = 0;
    for (auto& text : on.texts()) {
      auto x = nlohmann::json::parse(text);
      CAF_CHECK_EQUAL(x.at("n").get<std::uint64_t>(), ++n);
      CAF_CHECK_EQUAL(x.at("node").get<std::string>(), "a");
      CAF_CHECK_EQUAL(x.at("time").get<std::int64_t>(), 1'700'000'000'000);
    }
    sink->stop(5s);
  });
}

CAF_TEST(a room is occupied by the first and vacated by the last) {
  on_every_sink([](event_medium& on) {
    auto sink = on.make_sink("a");
    for (auto* id : {"a-1", "a-2"})
      sink->report(joins("ann", id, "a room \"of\" two"));
    for (auto* id : {"a-2", "a-1"})
      sink->report(leaves("ann", id, "a room \"of\" two"));
    auto told = on.hears(6);
    CAF_REQUIRE_EQUAL(told.size(), 6u);
    CAF_CHECK_EQUAL(told[1], "room_occupied a room \"of\" two");
    CAF_CHECK_EQUAL(told[5], "room_vacated a room \"of\" two");
    sink->stop(5s);
  });
}

CAF_TEST(who went away without a close has the code for that) {
  on_every_sink([](event_medium& on) {
    auto sink = on.make_sink("a");
    sink->report(comes("ann", "a-1"));
    sink->report(goes("ann", "a-1", 0));
    CAF_CHECK_EQUAL(last(on.hears(2)), "disconnected ann a-1 1006");
    sink->stop(5s);
  });
}

CAF_TEST(a letter is told as often as it is reported) {
  on_every_sink([](event_medium& on) {
    auto sink = on.make_sink("a");
    backend_event letter{backend_event::kind::dead_letter, {}, "ann", {}, {}, 0, "5-0"};
    sink->report(letter);
    sink->report(letter);
    CAF_CHECK_EQUAL(on.hears(2), (lines{"inbox_dead_letter ann 5-0", "inbox_dead_letter ann 5-0"}));
    sink->stop(5s);
  });
}

CAF_TEST(a departure of somebody who was never told is none) {
  on_every_sink([](event_medium& on) {
    auto sink = on.make_sink("a");
    sink->report(goes("ann", "a-1"));
    sink->report(leaves("ann", "a-1", "lobby"));
    sink->report(comes("bob", "a-2"));
    CAF_CHECK_EQUAL(on.hears(1), lines{"connected bob a-2"});
    sink->stop(5s);
  });
}

CAF_TEST(a stop tells what was reported before and nothing after) {
  on_every_sink([](event_medium& on) {
    auto sink = on.make_sink("a");
    sink->report(comes("x", "a-0"));
    on.hears(1); // Redis is there
    for (int i = 1; i < 1000; ++i)
      sink->report(comes("x", "a-" + std::to_string(i)));
    sink->stop(10s);
    CAF_CHECK_EQUAL(on.texts().size(), 1000u);
    sink->report(comes("y", "b-1"));
    CAF_CHECK_EQUAL(on.texts().size(), 1000u);
    CAF_CHECK_EQUAL(sink->stats().waiting, 0u);
    CAF_CHECK_EQUAL(sink->stats().delivered, 1000u);
  });
}
