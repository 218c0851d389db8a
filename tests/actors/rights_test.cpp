#define CAF_SUITE rights_test

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

client_request join_of(std::string room) {
  return join_request{"1", std::move(room)};
}

client_request publish_in(std::string room) {
  return publish_request{"1", std::move(room), "5", {}, {}, true};
}

identity with(rights may) {
  return {"ann", std::make_shared<const rights>(std::move(may))};
}

} // namespace

CAF_TEST(every request has its right) {
  struct {
    client_request what;
    room_grant grant;
    bool broadcast;
    bool send;
  } table[] = {
    {join_request{"1", "r"}, {"r", {.join = true}}, false, false},
    {publish_in("r"), {"r", {.publish = true}}, false, false},
    {presence_request{"1", "r"}, {"r", {.presence = true}}, false, false},
    {history_request{"1", "r"}, {"r", {.history = true}}, false, false},
    {broadcast_request{"1", "5", {}, {}}, {"other", {}}, true, false},
    {send_request{"1", "bob", "5", {}, {}}, {"other", {}}, false, true},
  };
  rights nothing{{}, false, false};
  for (auto& row : table) {
    rights exact{{row.grant}, row.broadcast, row.send};
    for (auto& other : table)
      CAF_CHECK_EQUAL(exact.permits(other.what), &other == &row);
    CAF_CHECK(!nothing.permits(row.what));
    CAF_CHECK(rights::everything()->permits(row.what));
  }
  CAF_CHECK(nothing.permits(leave_request{"1", "r"}));
  CAF_CHECK(nothing.permits(ping_request{"1"}));
}

CAF_TEST(patterns say which rooms) {
  struct {
    std::string pattern;
    std::string room;
    bool fits;
  } table[] = {
    {"lobby", "lobby", true},     {"lobby", "lobby2", false}, {"lobby", "Lobby", false},
    {"game:*", "game:1", true},   {"game:*", "game:", true},  {"game:*", "game", false},
    {"game:*", "xgame:1", false}, {"*", "anything", true},    {"a*c", "abc", false},
    {"a*c", "a*c", true},
  };
  for (auto& row : table) {
    rights x{{{row.pattern, {.join = true}}}, false, false};
    CAF_CHECK_EQUAL(x.permits(join_of(row.room)), row.fits);
  }
}

CAF_TEST(grants add up and take nothing away) {
  auto common = std::make_shared<const rights>(std::vector<room_grant>{{"lobby:*", {.join = true}}},
                                               false, true);
  rights x{{{"game:*", {.join = true, .publish = true}}, {"game:secret", {}}, {"game:1", {}}},
           true,
           false,
           common};
  CAF_CHECK(x.permits(publish_in("game:secret")));
  CAF_CHECK(x.permits(join_of("lobby:1")));
  CAF_CHECK(!x.permits(publish_in("lobby:1")));
  CAF_CHECK(x.permits(send_request{"1", "bob", "5", {}, {}}));
  CAF_CHECK(x.permits(broadcast_request{"1", "5", {}, {}}));
}

CAF_TEST(grants are read from text) {
  struct {
    std::string text;
    std::string pattern; // empty: refused
    unsigned rights = 0;
  } table[] = {
    {"lobby:*=join,publish", "lobby:*", 2},
    {"lobby:*=join+publish+presence+history", "lobby:*", 4},
    {"a=b=join", "a=b", 1},
    {"lobby", "", 0},
    {"=join", "", 0},
    {"lobby=", "", 0},
    {"lobby=join,", "", 0},
    {"lobby=jump", "", 0},
    {"", "", 0},
  };
  for (auto& row : table) {
    room_grant x;
    auto error = read_room_grant(row.text, x);
    CAF_CHECK_EQUAL(error.empty(), !row.pattern.empty());
    CAF_CHECK_EQUAL(x.pattern, row.pattern);
    auto count = 0U + x.what.join + x.what.publish + x.what.presence + x.what.history;
    CAF_CHECK_EQUAL(count, row.rights);
  }
}

CAF_TEST_FIXTURE_SCOPE(rights_of_connections, node_fixture)

CAF_TEST(a connection without rights is refused everything but leave and ping) {
  auto ann = connect(identity{"ann"});
  ann.out->take();
  join(ann, "r");
  publish(ann, "r", "5");
  request(ann, broadcast_request{"1", "5", {}, {}});
  request(ann, send_request{"1", "ann", "5", {}, {}});
  request(ann, history_request{"1", "r"});
  CAF_CHECK_EQUAL(ann.out->take(), lines(5, "error forbidden"));
  leave(ann, "r");
  request(ann, ping_request{"1"});
  CAF_CHECK_EQUAL(ann.out->take(), (lines{"error not_a_member", "pong"}));
}

CAF_TEST(who may only listen joins and hears) {
  auto ann = connect(with({{{"r", {.join = true}}}, false, false}));
  auto bob = connect("bob");
  join(ann, "r");
  join(bob, "r");
  publish(bob, "r", "5");
  CAF_CHECK_EQUAL(ann.out->count("\"data\":5"), 1U);
  ann.out->take();
  publish(ann, "r", "6");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error forbidden"});
}

CAF_TEST(a newer token replaces rights and end) {
  auto ann = connect(with({{{"r", {.join = true, .publish = true}}}, false, false}));
  join(ann, "r");
  ann.out->take();
  auto next = with({{{"s", {.join = true}}}, false, false});
  next.expires = now + 1h;
  caf::anon_send(ann.actor, renewed{"7", next});
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"refreshed 7"});
  CAF_CHECK(ann.out->expires == now + 1h);
  publish(ann, "r", "5");
  join(ann, "s");
  CAF_CHECK_EQUAL(ann.out->take(), (lines{"error forbidden", "joined s"}));
}

CAF_TEST(the token of another user changes nothing) {
  auto ann = connect(with({{{"r", {.join = true}}}, false, false}));
  ann.out->take();
  identity bob{"bob", rights::everything()};
  bob.expires = now + 1h;
  caf::anon_send(ann.actor, renewed{"7", bob});
  settle();
  join(ann, "s");
  CAF_CHECK_EQUAL(ann.out->take(), lines(2, "error forbidden"));
  CAF_CHECK(ann.out->expires == never);
}

CAF_TEST_FIXTURE_SCOPE_END()

namespace {

/// Remembers what it was told about who joins.
struct curious_room : room_logic {
  static inline std::string seen;
  decision on_join(const member& who) override {
    seen = who.info ? *who.info : "nothing";
    return decision::accept();
  }
};

struct curious_fixture : node_fixture {
  curious_fixture() : node_fixture(room_types{}.add<curious_room>("*")) {
    // nop
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(rights_and_rooms, curious_fixture)

CAF_TEST(a room sees what the token says about its members) {
  identity who{"ann", rights::everything()};
  who.info = std::make_shared<const std::string>("{\"level\":3}");
  join(connect(who), "r");
  CAF_CHECK_EQUAL(curious_room::seen, "{\"level\":3}");
  join(connect("bob"), "r");
  CAF_CHECK_EQUAL(curious_room::seen, "nothing");
}

CAF_TEST_FIXTURE_SCOPE_END()
