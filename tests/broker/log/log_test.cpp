#define CAF_SUITE log_test

#include "atrium/broker/log/log.hpp"
#include "atrium/broker/util/utf8.hpp"

#include "caf/test/unit_test.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

using namespace atrium;

namespace {

using strings = std::vector<std::string>;

// A name with everything that somebody may try to forge a line with.
const std::string hostile
  = "a\n2026 error x: \"\\ =\x1b[31m\x7f\xc2\x9b\xc3\xa9\u2028\u202e\u2069\u20ac\U0001f600";
const std::string not_utf8 = "b\xff\xc2";

struct fixture {
  fixture() {
    log::redirect([this](std::string_view line) { lines.emplace_back(line); });
  }

  ~fixture() {
    log::set_format(log::format::text);
    log::set_threshold(log::level::info);
    log::redirect(nullptr);
  }

  /// The lines so far, without the time and what ends them.
  strings take() {
    strings result;
    for (auto& line : std::exchange(lines, {})) {
      CAF_REQUIRE(line.ends_with('\n'));
      CAF_REQUIRE_EQUAL(line.substr(10, 1) + line.substr(23, 2), "TZ ");
      result.push_back(line.substr(25, line.size() - 26));
    }
    return result;
  }

  nlohmann::json take_json() {
    CAF_REQUIRE_EQUAL(lines.size(), 1U);
    auto result = nlohmann::json::parse(lines.front(), nullptr, false);
    CAF_REQUIRE(result.is_object());
    lines.clear();
    return result;
  }

  strings lines;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(log_tests, fixture)

CAF_TEST(a line has time and level and event and message) {
  log::info("node_stopped", "node has stopped");
  log::warn("auth_open", "anybody who reaches {} may come in", "0.0.0.0:1");
  CAF_CHECK_EQUAL(take(), (strings{"info  node_stopped: node has stopped",
                                   "warn  auth_open: anybody who reaches 0.0.0.0:1 may come in"}));
}

CAF_TEST(fields follow the message) {
  log::error("room_lost", {{"room", "a b"}, {"error", "x=1"}, {"count", 7}, {"user", ""}},
             "directory loses {} rooms", 1);
  CAF_CHECK_EQUAL(
    take(), strings{R"(error room_lost: directory loses 1 rooms room="a b" error="x=1" count=7)"});
}

CAF_TEST(whatever a name is it stays within its line and its quotes) {
  for (auto& name : {hostile, not_utf8}) {
    log::info("room_lost", {{"room", name}}, "room {} is lost", name);
    auto line = take();
    CAF_REQUIRE_EQUAL(line.size(), 1U);
    CAF_CHECK(is_utf8(line.front()));
    CAF_CHECK(std::ranges::none_of(
      line.front(), [](unsigned char c) { return c < 0x20 || c == 0x7f || c == 0x9b; }));
  }
  log::info("room_lost", {{"room", hostile}}, "room is lost");
  CAF_CHECK_EQUAL(
    take(), strings{R"(info  room_lost: room is lost room="a\u000a2026 error x: \"\\ =)"
                    "\\u001b[31m\\u007f\\u009b\xc3\xa9\\u2028\\u202e\\u2069\u20ac\U0001f600\""});
}

CAF_TEST(json has an object a line) {
  log::set_format(log::format::json);
  log::warn("auth_open", {{"room", hostile}, {"count", -3}, {"user", ""}}, "message {}", hostile);
  auto x = take_json();
  CAF_CHECK_EQUAL(x["time"].get<std::string>().size(), 24U);
  CAF_CHECK_EQUAL(x["level"].get<std::string>(), "warn");
  CAF_CHECK_EQUAL(x["event"].get<std::string>(), "auth_open");
  CAF_CHECK_EQUAL(x["message"].get<std::string>(), "message " + hostile);
  CAF_CHECK_EQUAL(x["room"].get<std::string>(), hostile);
  CAF_CHECK_EQUAL(x["count"].get<int>(), -3);
  CAF_CHECK(!x.contains("user"));
  log::error("room_lost", {{"room", not_utf8}}, "message {}", not_utf8);
  x = take_json();
  CAF_CHECK_EQUAL(x["level"].get<std::string>(), "error");
  CAF_CHECK_EQUAL(x["room"].get<std::string>(), "b??");
  CAF_CHECK_EQUAL(x["message"].get<std::string>(), "message b??");
}

CAF_TEST(what is below the threshold is not written) {
  log::set_threshold(log::level::warn);
  CAF_CHECK(log::threshold() == log::level::warn);
  CAF_CHECK(!log::enabled(log::level::info));
  log::info("node_started", "atrium starts");
  log::error("room_lost", "room is lost");
  log::set_threshold(log::level::off);
  log::error("room_lost", "room is lost");
  CAF_CHECK_EQUAL(take(), strings{"error room_lost: room is lost"});
}

CAF_TEST(a change of the level is seen whichever way it goes) {
  using log::level;
  struct {
    level from;
    level to;
    std::string seen;
  } table[] = {
    {level::info, level::debug, "info  "}, {level::debug, level::info, "info  "},
    {level::warn, level::trace, "info  "}, {level::error, level::warn, "warn  "},
    {level::off, level::error, "error "},  {level::error, level::off, "error "},
    {level::off, level::off, ""},          {level::info, level::info, ""},
  };
  for (auto& x : table) {
    log::set_threshold(x.from);
    log::change_threshold(x.to, "a test");
    CAF_CHECK(log::threshold() == x.to);
    strings expected;
    if (!x.seen.empty())
      expected.push_back(x.seen + "log_level_changed: log changes its level from="
                         + std::string{to_string(x.from)} + " to=" + std::string{to_string(x.to)}
                         + " by=\"a test\"");
    CAF_CHECK_EQUAL(take(), expected);
  }
}

CAF_TEST(an event that comes too often is left out and counted) {
  auto before = log::losses().suppressed;
  for (int i = 0; i < 1000; ++i)
    log::warn("listener_paused", {{"count", i}}, "listener pauses");
  auto lines = take();
  CAF_CHECK(lines.size() < 50);
  CAF_CHECK_EQUAL(log::losses().suppressed - before, 1000 - lines.size());
  log::set_threshold(log::level::debug);
  for (int i = 0; i < 1000; ++i)
    log::debug("session_closed", "session is closed");
  CAF_CHECK_EQUAL(take().size(), 1000U);
}

CAF_TEST(names of events are words with underscores) {
  for (auto good : {"a", "room_lost", "tls_1_3"})
    CAF_CHECK(log::is_event(good));
  for (auto bad : {"", "_a", "a_", "a__b", "1a", "Room", "room lost", "room: lost"})
    CAF_CHECK(!log::is_event(bad));
}

CAF_TEST_FIXTURE_SCOPE_END()
