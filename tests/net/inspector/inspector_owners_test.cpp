#define CAF_SUITE inspector_owners_test

#include "atrium/actors/owner/owner_table.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/broker/memory/memory_room_owners.hpp"
#include "atrium/net/inspector/inspector.hpp"

#include "support/actor_fixture.hpp"

#include <nlohmann/json.hpp>

using namespace atrium;
using namespace atrium::test;
using nlohmann::json;

namespace {

using namespace std::chrono_literals;

/// A room with a state that can be saved, and a timer.
class counting_room : public room_logic {
  decision on_message(const member&, room_message&) override {
    ++messages;
    after("late", 1h);
    return decision::accept();
  }

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, counting_room& x) {
    return f(named("messages"), x.messages);
  }

  int messages = 0;
};

struct fixture : node_fixture {
  fixture() : node_fixture(room_types{}.add<counting_room>("game:*", home::one)) {
    auto owners = std::make_shared<memory_room_owners>(wire, env->names, std::size_t{1} << 20);
    env->homes = std::make_shared<room_homes>(owners);
    env->homes->start(sys.spawn<owner_table>(nullptr, env), [](auto&&...) {});
    who = sys.spawn<inspector>(inspector_setup{env, root, nullptr, [] { return "{}"; }});
    settle();
  }

  ~fixture() override {
    for (auto& x : clients)
      disconnect(x);
    env->homes->stop();
    caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
    settle();
  }

  struct answer {
    unsigned status = 0;
    json body;
  };

  answer ask(const std::string& target) {
    answer result;
    ask_inspector(sys, inspect_service{who}, target, std::nullopt,
                  [&](unsigned status, std::string text) {
                    result = {status, json::parse(text)};
                  });
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

CAF_TEST_FIXTURE_SCOPE(inspector_owners_tests, fixture)

CAF_TEST(an owner shows what it has for its room) {
  auto ann = connect("ann");
  join(ann, "game:1");
  publish(ann, "game:1", "1");
  publish(ann, "game:1", "2");
  auto x = ask("/inspect/owners/game%3A1");
  CAF_REQUIRE_EQUAL(x.status, 200u);
  auto state = x.body["state"];
  CAF_CHECK_EQUAL(state["kind"], "owner");
  CAF_CHECK_EQUAL(state["name"], "game:1");
  CAF_CHECK_EQUAL(state["open"], true);
  CAF_CHECK_EQUAL(state["members"], 1);
  CAF_CHECK_EQUAL(state["saved"], true);
  CAF_CHECK_EQUAL(state["ahead"], false);
  CAF_CHECK_EQUAL(state["timers"], 1);
  CAF_CHECK_EQUAL(state["tasks"]["number"], 0);
  CAF_CHECK_EQUAL(state["logic"], json::parse(R"({"messages":2})"));
  for (auto key : {"id", "age_s", "mailbox", "saved_age_s", "token", "errors", "restarts"})
    CAF_CHECK(state.contains(key));
}

CAF_TEST(a room says who owns it) {
  auto ann = connect("ann");
  join(ann, "game:1");
  join(ann, "plain");
  auto owner = ask("/inspect/owners/game%3A1").body["state"];
  auto room = ask("/inspect/rooms/game%3A1").body["state"];
  CAF_CHECK_EQUAL(room["home"], "one");
  CAF_CHECK_EQUAL(room["owner"], "run");
  CAF_CHECK_EQUAL(room["token"], owner["token"]);
  CAF_CHECK(owner["token"] > 0);
  auto plain = ask("/inspect/rooms/plain").body["state"];
  CAF_CHECK_EQUAL(plain["home"], "each");
  CAF_CHECK(!plain.contains("owner"));
  CAF_CHECK(!plain.contains("token"));
}

CAF_TEST(owners are listed by pages and by how they begin) {
  auto ann = connect("ann");
  for (auto room : {"game:3", "game:20", "game:1", "plain"})
    join(ann, room);
  auto first = ask("/inspect/owners?limit=2").body;
  CAF_CHECK_EQUAL(names(first["owners"]), json::parse(R"(["game:1","game:20"])"));
  CAF_CHECK_EQUAL(first["total"], 3);
  auto second = ask("/inspect/owners?limit=2&after=" + first["next"].get<std::string>()).body;
  CAF_CHECK_EQUAL(names(second["owners"]), json::parse(R"(["game:3"])"));
  CAF_CHECK(second["next"].is_null());
  auto some = ask("/inspect/owners?prefix=game%3A2").body;
  CAF_CHECK_EQUAL(names(some["owners"]), json::parse(R"(["game:20"])"));
}

CAF_TEST(owners and their table are found by name and number) {
  auto ann = connect("ann");
  join(ann, "game:1");
  auto found = ask("/inspect/find?q=ame").body;
  CAF_CHECK_EQUAL(found["owners"], json::parse(R"(["game:1"])"));
  CAF_CHECK_EQUAL(found["rooms"], json::parse(R"(["game:1"])"));
  auto id = ask("/inspect/owners").body["owners"][0]["id"].dump();
  auto owner = ask("/inspect/actors/" + id).body["actor"];
  CAF_CHECK_EQUAL(owner["kind"], "owner");
  CAF_CHECK_EQUAL(owner["name"], "game:1");
  json table;
  auto tree = ask("/inspect/tree").body["tree"];
  for (auto& x : tree["children"])
    if (x["kind"] == "owners")
      table = x;
  CAF_REQUIRE(table.is_object());
  CAF_CHECK_EQUAL(table["children_total"], 1);
  auto same = ask("/inspect/actors/" + table["id"].dump()).body["actor"];
  CAF_CHECK_EQUAL(same["owners"], 1);
}

CAF_TEST(owners are counted and watched as they come and go) {
  auto next = ask("/inspect/events").body["next"].dump();
  auto ann = connect("ann");
  join(ann, "game:1");
  CAF_CHECK_EQUAL(env->room_counts->owners.load(), 1u);
  disconnect(ann);
  CAF_CHECK_EQUAL(env->room_counts->owners.load(), 0u);
  lines seen;
  auto page = ask("/inspect/events?after=" + next).body;
  for (auto& one : page["events"])
    if (one["kind"] == "owner" && one["name"] == "game:1")
      seen.push_back(one["event"]);
  CAF_REQUIRE(!seen.empty());
  CAF_CHECK_EQUAL(seen.front(), "spawned");
  CAF_CHECK_EQUAL(seen.back(), "stopped");
  CAF_CHECK_EQUAL(std::ranges::count(seen, "spawned"), std::ranges::count(seen, "stopped"));
  CAF_CHECK_EQUAL(ask("/inspect/owners/game%3A1").status, 404u);
}

CAF_TEST(where no room has one home there are no owners) {
  env->homes->stop();
  settle();
  auto table = std::exchange(env->homes, nullptr);
  auto x = ask("/inspect/owners");
  CAF_CHECK_EQUAL(x.status, 200u);
  CAF_CHECK_EQUAL(x.body, json::parse(R"({"owners":[],"total":0,"next":null})"));
  CAF_CHECK_EQUAL(ask("/inspect/owners/game%3A1").status, 404u);
  CAF_CHECK_EQUAL(ask("/inspect/actors/999999").status, 404u);
  env->homes = table;
}

CAF_TEST_FIXTURE_SCOPE_END()
