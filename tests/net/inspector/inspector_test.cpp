#define CAF_SUITE inspector_test

#include "atrium/net/inspector/inspector.hpp"

#include "support/actor_fixture.hpp"

#include <nlohmann/json.hpp>

using namespace atrium;
using namespace atrium::test;
using nlohmann::json;

namespace {

/// Checks keep references, also into what is gone by then.
json copy(const json& x) {
  return x;
}

/// A room with a state of its own to look at, whose logic takes its time.
class counting_room : public room_logic {
  decision on_message(const member&, room_message&) override {
    ++messages;
    return decision::accept();
  }

  friend caf::error inspect(json_inspector& f, counting_room& x) {
    return f(named("messages"), x.messages, named("best"), x.best);
  }

  int messages = 0;
  std::optional<std::string> best;
};

struct fixture : node_fixture {
  fixture() : node_fixture(room_types{}.add<counting_room>("game:*")) {
    who = sys.spawn<inspector>(
      inspector_setup{env, root, nullptr, [] { return R"({"node":"n1","uptime_s":1.5})"; }});
    settle();
  }

  ~fixture() override {
    caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
    settle();
  }

  struct answer {
    unsigned status = 0;
    json body;
  };

  answer ask(const std::string& target, std::optional<std::string> body = {}) {
    answer result;
    ask_inspector(sys, inspect_service{who}, target, std::move(body),
                  [&](unsigned status, std::string text) {
                    result = {status, json::parse(text)};
                  });
    settle();
    return result;
  }

  /// The same when some actors do not answer in time.
  answer ask_in_vain(const std::string& target) {
    answer result;
    ask_inspector(sys, inspect_service{who}, target, std::nullopt,
                  [&](unsigned status, std::string text) {
                    result = {status, json::parse(text)};
                  });
    settle();
    advance_time(std::chrono::milliseconds{501});
    settle();
    return result;
  }

  /// The same while the thread of the second lane is busy: nobody runs its actor.
  answer ask_beside_a_stuck_lane(const std::string& target) {
    auto blocked = sys.spawn([](caf::event_based_actor* self) -> caf::behavior {
      self->set_default_handler(caf::skip);
      return {[](int) {}};
    });
    auto lanes = env->lanes;
    env->lanes[1].actor = caf::actor_cast<lane_actor>(blocked);
    auto result = ask_in_vain(target);
    env->lanes = lanes;
    caf::anon_send_exit(blocked, caf::exit_reason::user_shutdown);
    settle();
    return result;
  }

  json names(const json& rows) {
    auto result = json::array();
    for (auto& x : rows)
      result.push_back(x["name"]);
    return result;
  }

  inspector_actor who;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(inspector_tests, fixture)

CAF_TEST(the node says what it has) {
  auto ann = connect("ann"), bob = connect("bob", 1);
  join(ann, "a");
  join(bob, "a");
  auto x = ask("/inspect");
  CAF_CHECK_EQUAL(x.status, 200u);
  CAF_CHECK_EQUAL(x.body["node"], "n1");
  CAF_CHECK_EQUAL(x.body["lanes"].size(), 2u);
  CAF_CHECK_EQUAL(x.body["lanes"][0]["connections"], 1);
}

CAF_TEST(a room shows its members and channel and its own state) {
  auto ann = connect("ann"), bob = connect("bob", 1);
  join(ann, "game:1");
  join(bob, "game:1");
  publish(ann, "game:1", "1");
  auto x = ask("/inspect/rooms/game%3A1");
  CAF_CHECK_EQUAL(x.status, 200u);
  auto& state = x.body["state"];
  CAF_CHECK_EQUAL(state["kind"], "room");
  CAF_CHECK_EQUAL(state["members"], 2);
  CAF_CHECK_EQUAL(state["members_by_lane"], json::parse("[1,1]"));
  CAF_CHECK_EQUAL(state["published"], 1);
  CAF_CHECK_EQUAL(state["delivered"], 1);
  CAF_CHECK_EQUAL(state["logic"], json::parse(R"({"messages":1,"best":null})"));
  CAF_CHECK_EQUAL(state["subscription"]["decoded"], 1);
  for (auto key : {"id", "age_s", "mailbox", "handled", "errors", "restarts"})
    CAF_CHECK(state.contains(key));
}

CAF_TEST(members are listed by pages) {
  std::vector<client> members;
  for (auto name : {"a", "b", "c", "d", "e"}) {
    members.push_back(connect(name, members.size() % 2));
    join(members.back(), "r");
  }
  std::string seen, after;
  for (auto expected : {2, 2, 1}) {
    auto x = ask("/inspect/rooms/r/members?limit=2&after=" + after).body;
    CAF_CHECK_EQUAL(x["total"], 5);
    CAF_REQUIRE_EQUAL(x["members"].size(), static_cast<std::size_t>(expected));
    for (auto& one : x["members"])
      seen += one["user"];
    after = x["next"].is_string() ? x["next"].get<std::string>() : "end";
  }
  CAF_CHECK_EQUAL(seen, "abcde");
  CAF_CHECK_EQUAL(after, "end");
}

CAF_TEST(rooms and users are listed by pages and by how they begin) {
  auto ann = connect("ann"), ada = connect("ada"), bob = connect("bob");
  for (auto room : {"x", "b", "a"})
    join(ann, room);
  auto first = ask("/inspect/rooms?limit=2").body;
  CAF_CHECK_EQUAL(names(first["rooms"]), json::parse(R"(["a","b"])"));
  CAF_CHECK_EQUAL(first["total"], 3);
  auto second = ask("/inspect/rooms?limit=2&after=b").body;
  CAF_CHECK_EQUAL(names(second["rooms"]), json::parse(R"(["x"])"));
  CAF_CHECK(second["next"].is_null());
  CAF_CHECK_EQUAL(names(copy(ask("/inspect/users?prefix=a").body["users"])),
                  json::parse(R"(["ada","ann"])"));
}

CAF_TEST(connections of all lanes make one list) {
  std::vector<client> all;
  for (std::size_t i = 0; i < 5; ++i)
    all.push_back(connect("u" + std::to_string(i), i % 2));
  auto first = ask("/inspect/connections?limit=3").body;
  CAF_CHECK_EQUAL(first["total"], 5);
  CAF_REQUIRE_EQUAL(first["connections"].size(), 3u);
  for (std::size_t i = 0; i < 3; ++i)
    CAF_CHECK_EQUAL(first["connections"][i]["user"], "u" + std::to_string(i));
  auto rest = ask("/inspect/connections?limit=3&after=" + first["next"].get<std::string>()).body;
  CAF_CHECK_EQUAL(rest["connections"].size(), 2u);
  CAF_CHECK(rest["next"].is_null());
}

CAF_TEST(everybody can be looked at by number) {
  auto ann = connect("ann");
  join(ann, "a");
  auto tree = ask("/inspect/tree").body["tree"];
  std::vector<json> actors;
  for (auto& x : tree["children"]) {
    actors.push_back(x);
    if (x.contains("children"))
      actors.insert(actors.end(), x["children"].begin(), x["children"].end());
  }
  CAF_CHECK_EQUAL(actors.size(), 6u); // inspector, two lanes, everyone, directory, room
  for (auto& x : actors) {
    auto found = ask("/inspect/actors/" + x["id"].dump());
    CAF_CHECK_EQUAL(found.status, 200u);
    CAF_CHECK_EQUAL(found.body["actor"]["kind"], x["kind"]);
  }
  auto user = ask("/inspect/users/ann").body["state"]["id"].dump();
  CAF_CHECK_EQUAL(copy(ask("/inspect/actors/" + user).body["actor"]["kind"]), "user");
  CAF_CHECK_EQUAL(ask("/inspect/actors/999999").status, 404u);
  CAF_CHECK_EQUAL(
    copy(ask("/inspect/actors/" + std::to_string(ann.actor->id())).body["actor"]["user"]), "ann");
}

CAF_TEST(the tree goes on with users behind the last room) {
  auto ann = connect("ann");
  for (auto room : {"a", "b"})
    join(ann, room);
  json all = json::array();
  std::string after;
  for (int i = 0; i < 10; ++i) {
    auto x = ask("/inspect/tree?limit=1&after=" + after).body;
    for (auto& child : x["tree"]["children"])
      if (child["kind"] == "directory")
        for (auto& y : child["children"])
          all.push_back(y["name"]);
    if (x["next"].is_null())
      break;
    after = x["next"];
  }
  CAF_CHECK_EQUAL(all, json::parse(R"(["a","b","ann"])"));
}

CAF_TEST(what is searched is found anywhere in a name) {
  auto ann = connect("joanna");
  join(ann, "banner");
  auto x = ask("/inspect/find?q=ann").body;
  CAF_CHECK_EQUAL(x["rooms"], json::parse(R"(["banner"])"));
  CAF_CHECK_EQUAL(x["users"], json::parse(R"(["joanna"])"));
  auto id = ann.out->connection;
  CAF_CHECK_EQUAL(copy(ask("/inspect/find?q=" + id).body["connections"]), json::array({id}));
}

CAF_TEST(top ranks rooms by what they deliver) {
  auto ann = connect("ann");
  for (auto room : {"busy", "idle", "quiet"})
    join(ann, room);
  ask("/inspect/top?limit=1"); // from here on the time is the same for all of them
  for (int i = 0; i < 3; ++i)
    publish(ann, "busy", "1");
  publish(ann, "quiet", "1");
  auto x = ask("/inspect/top?limit=2").body;
  CAF_CHECK_EQUAL(names(x["rooms"]), json::parse(R"(["busy","quiet"])"));
  CAF_CHECK_EQUAL(x["rooms"][0]["members"], 1);
  // The next answer is about what has happened since.
  publish(ann, "idle", "1");
  CAF_CHECK_EQUAL(copy(ask("/inspect/top?limit=1").body["rooms"][0]["name"]), "idle");
}

CAF_TEST(an actor that does not answer is stuck and the others are shown) {
  auto x = ask_beside_a_stuck_lane("/inspect");
  CAF_CHECK_EQUAL(x.status, 200u);
  CAF_REQUIRE_EQUAL(x.body["lanes"].size(), 2u);
  for (auto& lane : x.body["lanes"])
    CAF_CHECK_EQUAL(lane.contains("stuck"), lane["name"] == "lane-1");
}

CAF_TEST(a lane that does not answer has its name in each view) {
  auto of_top = ask_beside_a_stuck_lane("/inspect/top").body["mailboxes"];
  auto of_tree = ask_beside_a_stuck_lane("/inspect/tree").body["tree"]["children"];
  for (auto& rows : {of_top, of_tree}) {
    auto is_stuck = [](auto& row) { return row.contains("stuck"); };
    CAF_REQUIRE_EQUAL(std::ranges::count_if(rows, is_stuck), 1);
    auto row = *std::ranges::find_if(rows, is_stuck);
    CAF_CHECK_EQUAL(copy(row["kind"]), "lane");
    CAF_CHECK_EQUAL(copy(row["name"]), "lane-1");
  }
}

CAF_TEST(connections of a lane that does not answer are missing from the list) {
  for (std::size_t i = 0; i < 6; ++i)
    connect("u" + std::to_string(i), i % 2);
  auto x = ask_beside_a_stuck_lane("/inspect/connections?limit=2");
  CAF_CHECK_EQUAL(x.status, 200u);
  CAF_CHECK_EQUAL(x.body["partial"], true);
  CAF_CHECK_EQUAL(x.body["total"], 3);
  CAF_REQUIRE_EQUAL(x.body["connections"].size(), 2u);
  CAF_CHECK_EQUAL(x.body["connections"][0]["user"], "u0");
  CAF_CHECK_EQUAL(x.body["connections"][1]["user"], "u2");
  CAF_CHECK_EQUAL(x.body["next"], x.body["connections"][1]["id"]);
}

CAF_TEST(an administrator ends connections) {
  auto ann = connect("ann"), again = connect("ann", 1), bob = connect("bob");
  for (auto& x : clients)
    x.out->take();
  auto x = ask("/inspect/connections/" + bob.out->connection + "/disconnect", "");
  CAF_CHECK_EQUAL(x.body["disconnected"], 1);
  CAF_CHECK_EQUAL(bob.out->take(), lines{"close 4005"});
  CAF_CHECK_EQUAL(copy(ask("/inspect/users/ann/disconnect", "").body["disconnected"]), 2);
  CAF_CHECK_EQUAL(ann.out->take(), lines{"close 4005"});
  CAF_CHECK_EQUAL(again.out->take(), lines{"close 4005"});
  CAF_CHECK_EQUAL(ask("/inspect/users/nobody/disconnect", "").status, 404u);
  CAF_CHECK_EQUAL(ask("/inspect/connections/run-999/disconnect", "").status, 404u);
}

CAF_TEST(an administrator sends a message to a room) {
  auto ann = connect("ann");
  join(ann, "r");
  ann.out->take();
  auto x = ask("/inspect/rooms/r/publish", R"({"data":{"hello":1.50}})");
  CAF_CHECK_EQUAL(x.status, 200u);
  CAF_CHECK_EQUAL(ann.out->count(R"("data":{"hello":1.50})"), 1u);
  CAF_CHECK_EQUAL(ann.out->count("\"sender\""), 0u);
  for (auto bad : {"", "{}", "[1]", "{\"data\":", "\xff"})
    CAF_CHECK_EQUAL(ask("/inspect/rooms/r/publish", bad).status, 400u);
}

CAF_TEST(what happens is told while somebody listens) {
  auto ann = connect("ann");
  join(ann, "before");
  auto first = ask("/inspect/events").body;
  CAF_CHECK_EQUAL(first["events"], json::array());
  join(ann, "r");
  leave(ann, "r");
  auto next = first["next"].dump();
  json seen = json::array();
  auto x = ask("/inspect/events?after=" + next).body;
  for (auto& one : x["events"])
    seen.push_back(one["event"]);
  CAF_CHECK_EQUAL(seen, json::parse(R"(["spawned","joined","left","stopped"])"));
  CAF_CHECK_EQUAL(x["events"][1]["user"], "ann");
  CAF_CHECK_EQUAL(copy(ask("/inspect/events?after=" + x["next"].dump()).body["events"]),
                  json::array());
}

CAF_TEST(what is not there is not found and what makes no sense is refused) {
  for (auto target : {"/inspect/rooms/none", "/inspect/users/none", "/inspect/connections/x",
                      "/inspect/nothing", "/inspect/rooms/r/members", "/inspect/rooms/a/b/c"})
    CAF_CHECK_EQUAL(ask(target).status, 404u);
  CAF_CHECK_EQUAL(ask("/inspect/rooms/%zz").status, 400u);
  CAF_CHECK_EQUAL(ask("/inspect/nothing/at/all", "").status, 404u);
}

CAF_TEST_FIXTURE_SCOPE_END()
