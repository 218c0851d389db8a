#define CAF_SUITE watch_screen_test

#include "atrium/net/cli/inspect/terminal_text.hpp"
#include "atrium/net/cli/inspect/watch_screen.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>

using namespace atrium::tool;

namespace {

json event(int number) {
  return {{"event", "joined"}, {"time", 1'764'089'523'000},
          {"kind", "room"},    {"name", "lobby"},
          {"user", "ann"},     {"connection", std::to_string(number)},
          {"number", number}};
}

json events(int count, int missed = 0) {
  json result{{"events", json::array()}, {"next", count + 1}, {"missed", missed}};
  for (auto i = 0; i < count; ++i)
    result["events"].push_back(event(i));
  return result;
}

watch_screen busy() {
  watch_screen result;
  result.set_node(json::parse(R"({"node":"n1","version":"0.1.0","uptime_s":61,"phase":"running",
    "connections":3,"rooms":2,"users":3,"load":0.12,"bus":{"kind":"redis","connected":false}})"));
  auto top = json::parse(R"({"rooms":[],"slow_consumers":[],"mailboxes":[]})");
  for (auto i = 0; i < 10; ++i) {
    top["rooms"].push_back({{"name", "room" + std::to_string(i)}, {"members", i}});
    top["slow_consumers"].push_back({{"connection", i}, {"outbox_bytes", i * 1024}});
    top["mailboxes"].push_back({{"kind", "room"}, {"mailbox", i}});
  }
  result.set_top(top);
  result.add_events(events(100));
  return result;
}

} // namespace

CAF_TEST(an_event_is_a_line) {
  CAF_CHECK_EQUAL(event_line(event(7)), "16:52:03  joined  room lobby  user ann  connection 7");
  CAF_CHECK_EQUAL(event_line(json::parse(R"({"event":"dropped","name":"bus"})")), "dropped  bus");
  CAF_CHECK_EQUAL(event_line(json::parse("{}")), "");
}

CAF_TEST(a_hostile_event_stays_a_line) {
  auto x = event(1);
  x["name"] = "a\n\x1b[2J";
  CAF_CHECK(event_line(x).find("room a\\x0a\\x1b[2J") != std::string::npos);
}

CAF_TEST(the_head_says_how_the_node_is) {
  auto got = busy().draw({100, 40});
  CAF_CHECK_EQUAL(got[0], "n1  running  up 1 min 1 s  version 0.1.0");
  CAF_CHECK_EQUAL(got[1], "connections 3  rooms 2  users 3  load 0.12  bus redis, not connected");
}

CAF_TEST(the_latest_events_are_at_the_bottom) {
  auto got = busy().draw({100, 40});
  CAF_CHECK_EQUAL(got.size(), 40U);
  CAF_CHECK(got.back().ends_with("connection 99"));
  CAF_CHECK(got.end()[-2].ends_with("connection 98"));
}

CAF_TEST(a_quiet_node_has_a_quiet_screen) {
  watch_screen screen;
  CAF_CHECK_EQUAL(screen.draw({80, 24}), lines({"", "", "", "EVENTS (UTC)"}));
}

CAF_TEST(every_terminal_is_large_enough) {
  auto screen = busy();
  for (std::size_t rows = 1; rows < 60; ++rows)
    for (std::size_t columns : {1, 2, 20, 80, 300}) {
      auto got = screen.draw({columns, rows});
      CAF_CHECK(got.size() <= rows);
      for (auto& line : got)
        CAF_CHECK(display_width(line) <= columns);
    }
}

CAF_TEST(there_is_room_for_events_on_a_small_terminal) {
  auto got = busy().draw({80, 12});
  CAF_CHECK_EQUAL(got.size(), 12U);
  CAF_CHECK_EQUAL(got[8], "EVENTS (UTC)");
  CAF_CHECK(got.back().find("connection 99") != std::string::npos);
}

CAF_TEST(old_events_are_forgotten) {
  watch_screen screen;
  for (auto i = 0; i < 20; ++i)
    screen.add_events(events(100));
  CAF_CHECK_EQUAL(screen.draw({80, 5'000}).size(), watch_screen::most_events + 4);
}

CAF_TEST(missed_events_are_admitted) {
  watch_screen screen;
  screen.add_events(events(1, 12));
  auto got = screen.draw({80, 24});
  CAF_CHECK_EQUAL(got[4], "(12 events went by unseen)");
  CAF_CHECK_EQUAL(missed_line(events(1)), "");
}

CAF_TEST(painting_leaves_nothing_of_what_was_there) {
  CAF_CHECK_EQUAL(repaint({"a", "b"}), "\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J");
  CAF_CHECK_EQUAL(repaint({}), "\x1b[H\x1b[J");
}
