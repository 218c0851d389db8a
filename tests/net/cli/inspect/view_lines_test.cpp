#define CAF_SUITE view_lines_test

#include "atrium/net/cli/inspect/terminal_text.hpp"
#include "atrium/net/cli/inspect/view_lines.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>

using namespace atrium::tool;

namespace {

lines show(task what, std::string_view text, std::size_t width = 0) {
  return view_lines(what, json::parse(text), width);
}

bool has(const lines& all, const std::string& line) {
  return std::find(all.begin(), all.end(), line) != all.end();
}

} // namespace

CAF_TEST(a_list_is_a_table) {
  auto got = show(task::rooms, R"({"rooms":[{"name":"lobby","id":17},{"name":"x","id":9}],
                                   "total":2,"next":null})");
  CAF_CHECK_EQUAL(got, lines({"ROOM   ACTOR", "lobby     17", "x          9"}));
}

CAF_TEST(an_empty_list_is_nothing) {
  CAF_CHECK(show(task::rooms, R"({"rooms":[],"total":0,"next":null})").empty());
  CAF_CHECK(show(task::find, R"({"rooms":[],"users":[],"connections":[]})").empty());
  CAF_CHECK(show(task::top, "{}").empty());
}

CAF_TEST(a_room_is_shown_as_its_nodes_know_it) {
  auto got = show(task::room, R"({"room":"lobby","members":3,"nodes":[
    {"node":"n1","state":{"members":2,"subscription":"open","logic":{"open_bytes":2048},"lanes":[]}},
    {"node":"n2","state":{"members":1}}],"silent":["n3"]})");
  CAF_CHECK_EQUAL(
    got, lines({"room lobby: 3 members", "", "on n1", "  members       2", "  subscription  open",
                "  logic", "    open bytes  2.0 KiB", "  lanes         none", "", "on n2",
                "  members  1", "no answer from n3"}));
}

CAF_TEST(a_node_is_its_fields_and_its_lanes) {
  auto got = show(task::node, R"({"node":"n1","uptime_s":61,"bus":{"kind":"memory"},"lanes":[
    {"id":3,"name":"lane-0","age_s":61,"mailbox":0,"handled":12,"connections":5,"rooms":1,
     "queue":0,"fan_outs":7,"errors":0,"restarts":0}]})");
  CAF_CHECK_EQUAL(got[0], "node    n1");
  CAF_CHECK_EQUAL(got[1], "uptime  1 min 1 s");
  CAF_CHECK(got.end()[-1].starts_with("lane-0      3"));
  CAF_CHECK(!got.end()[-1].ends_with("stuck"));
}

CAF_TEST(a_lane_that_does_not_answer_is_stuck) {
  auto got = show(task::node, R"({"lanes":[{"id":3,"name":"lane-0","stuck":true}]})");
  CAF_CHECK(got.end()[-1].starts_with("lane-0      3"));
  CAF_CHECK(got.end()[-1].ends_with("stuck"));
}

CAF_TEST(the_cluster_says_who_is_silent) {
  auto got = show(task::cluster, R"({"nodes":[
    {"node":"n1","self":true,"silent":false,"load":0.25,"uptime_s":5},
    {"node":"n2","self":false,"silent":true}],"error":"the bus is away"})");
  CAF_REQUIRE_EQUAL(got.size(), 4U);
  CAF_CHECK(got[1].starts_with("n1    this one"));
  CAF_CHECK(got[2].starts_with("n2    silent"));
  CAF_CHECK_EQUAL(got[3], "problem: the bus is away");
}

CAF_TEST(the_cluster_says_who_drains) {
  auto got = show(task::cluster, R"({"nodes":[{"node":"n1","self":true,"draining":true},
    {"node":"n2","draining":true},{"node":"n3","draining":false}]})");
  CAF_REQUIRE_EQUAL(got.size(), 4U);
  CAF_CHECK_EQUAL(got[1], "n1    this one, draining");
  CAF_CHECK_EQUAL(got[2], "n2    draining");
  CAF_CHECK_EQUAL(got[3], "n3");
}

CAF_TEST(an_owner_is_shown_where_it_is) {
  auto list = show(task::owners, R"({"owners":[{"name":"table:1","id":17}],"total":1})");
  CAF_CHECK_EQUAL(list, lines({"OWNED ROOM  ACTOR", "table:1        17"}));
  auto got = show(task::owner, R"({"owner":"table:1","members":2,"nodes":[{"node":"n2","run":"r",
    "state":{"token":1732876111000001,"saved_age_s":61,"ahead":true,"tasks":[],"timers":1,
    "next_timers":[{"name":"close","due_s":5}]}}],"silent":[]})");
  CAF_CHECK_EQUAL(
    got, lines({"owner table:1: 2 members", "", "on n2", "  token      1732876111000001",
                "  saved age  1 min 1 s", "  ahead      yes", "  tasks      none", "  timers     1",
                "  next timers", "    - name  close", "      due   5 s"}));
  CAF_CHECK_EQUAL(show(task::find, R"({"owners":["table:1"]})"),
                  lines({"KIND   NAME", "owner  table:1"}));
}

CAF_TEST(a_tree_is_drawn) {
  auto got = show(task::tree, R"({"tree":{"kind":"node","name":"n1","children":[
    {"kind":"lane","name":"lane-0","id":3,"connections":2,"mailbox":4},
    {"kind":"directory","name":"directory","id":5,"children_total":3,"children":[
      {"kind":"room","name":"lobby","id":7},{"kind":"user","name":"ann","id":8}]},
    {"kind":"inspector","name":"inspector","id":9}]},"next":null})");
  CAF_CHECK_EQUAL(got, lines({"node n1", "├─ lane lane-0  #3  2 connections  mailbox 4",
                              "├─ directory  #5", "│  ├─ room lobby  #7", "│  ├─ user ann  #8",
                              "│  └─ … 1 more", "└─ inspector  #9"}));
}

CAF_TEST(top_has_a_table_for_each_kind_of_trouble) {
  auto got = show(task::top, R"({"rooms":[{"name":"a","members":2,"messages_per_s":1.25}],
    "slow_consumers":[{"connection":"r-1","user":"ann","outbox_bytes":1024,"lane":0}],
    "mailboxes":[{"id":4,"kind":"room","name":"a","mailbox":0,"stuck":true}],"partial":true})");
  CAF_CHECK(has(got, "ROOM  MEMBERS  MSG/S  WAITING"));
  CAF_CHECK(has(got, "r-1              ann      0  1.0 KiB"));
  CAF_CHECK(has(got, "room         a         4        0  stuck"));
  CAF_CHECK_EQUAL(got.back(), "some actors do not answer");
}

CAF_TEST(acts_say_what_they_did) {
  CAF_CHECK_EQUAL(show(task::disconnect, R"({"disconnected":2,"silent":["n2"]})"),
                  lines({"closed 2 connections", "no answer from n2"}));
  CAF_CHECK_EQUAL(show(task::publish, R"({"event_id":"01J"})"), lines{"published as 01J"});
}

CAF_TEST(any_state_can_be_shown) {
  auto got = show(task::actor, R"({"actor":{"id":7,"rooms":{"a\u001bb":{"since_ms":1500}},
    "ids":["x","y"],"pairs":[{"k":1,"v":null},{"k":2,"v":true}],"empty":{}}})");
  CAF_CHECK_EQUAL(
    got, lines({"id     7", "rooms", "  a\\x1bb", "    since  1.5 s", "ids", "  x", "  y", "pairs",
                "  - k  1", "    v  -", "  - k  2", "    v  yes", "empty  none"}));
}

CAF_TEST(hostile_views_stay_within_their_lines) {
  constexpr auto evil = R"("\u001b]0;x\u0007\n\u202e\u009b")";
  auto named = [&](std::string text) {
    for (auto at = text.find('?'); at != text.npos; at = text.find('?'))
      text.replace(at, 1, evil);
    return text;
  };
  const std::pair<task, std::string> views[] = {
    {task::rooms, R"({"rooms":[{"name":?,"id":?}]})"},
    {task::room,
     R"({"room":?,"members":?,"nodes":[{"node":?,"state":{?:{?:?}}}],"silent":[?],"error":?})"},
    {task::cluster, R"({"nodes":[{"node":?,"version":?,"load":?}],"error":?})"},
    {task::tree, R"({"tree":{"kind":?,"name":?,"children":[{"kind":?,"id":?,"mailbox":?}]}})"},
    {task::find, R"({"rooms":[?],"users":[?],"connections":[?]})"},
    {task::top, R"({"rooms":[{"name":?}],"mailboxes":[{"kind":?}]})"},
    {task::publish, R"({"event_id":?})"},
    {task::node, R"({"node":?,?:?,"lanes":[{"name":?}]})"},
  };
  for (auto& [what, text] : views)
    for (auto& line : show(what, named(text), 30)) {
      CAF_CHECK(display_width(line) <= 30U);
      CAF_CHECK(std::none_of(line.begin(), line.end(), [](unsigned char c) { return c < 0x20; }));
      CAF_CHECK(line.find("\u202e") == line.npos && line.find("\u009b") == line.npos);
    }
}
