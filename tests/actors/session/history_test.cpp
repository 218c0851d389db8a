#define CAF_SUITE history_test

#include "atrium/actors/delivery/publisher.hpp"

#include "support/actor_fixture.hpp"
#include "support/scripted_log.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

/// Greets everybody in the room, and takes no bad words.
class greeter final : public room_logic {
public:
  decision on_join(const member& who) override {
    publish("\"hello " + who.user + "\"");
    return decision::accept();
  }
  decision on_message(const member&, room_message& x) override {
    x.event_id = "of-the-room";
    return decision::accept();
  }
};

room_types with_greeter() {
  room_types result;
  result.add<greeter>("hall:*");
  return result;
}

/// A node whose rooms `chat:*` and `hall:*` keep what is said in them.
struct fixture : node_fixture {
  fixture() : node_fixture(with_greeter()) {
    env->limits.edit().history.add("chat:*=100,1h");
    env->limits.edit().history.add("hall:*=7,1s");
    wire->log = &log;
  }

  /// Returns what was asked last.
  const history_query& query() const {
    CAF_REQUIRE(!log.asked.empty());
    return log.asked.back().what;
  }

  scripted_log log{
    [this](const std::string& channel, const shared_bytes& x) { wire->deliver(channel, x); }};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(history_tests, fixture)

CAF_TEST(a message is published by way of the history of its room) {
  auto ann = connect("ann");
  join(ann, "chat:1");
  ann.out->take();
  publish(ann, "chat:1", "1");
  CAF_REQUIRE_EQUAL(log.appended.size(), 1U);
  auto& [channel, kept] = log.appended[0];
  CAF_CHECK_EQUAL(channel, room_channel("chat:1"));
  CAF_CHECK(kept.rule == (history_rule{100, 1h}));
  CAF_CHECK(!kept.is_chosen);
  CAF_CHECK(kept.packet->find("\"event_id\":\"" + kept.event_id + '"') != std::string::npos);
  CAF_CHECK(ann.out->kept_at == (position{"e1", 1}));
  CAF_CHECK_EQUAL(ann.out->count("accepted 3"), 1U);
  CAF_CHECK_EQUAL(ann.out->count("\"data\":1"), 1U);
}

CAF_TEST(an id that the client has chosen may come again) {
  auto ann = connect("ann");
  join(ann, "chat:1");
  request(ann, publish_request{"3", "chat:1", "1", "mine", {}, true});
  CAF_REQUIRE_EQUAL(log.appended.size(), 1U);
  CAF_CHECK_EQUAL(log.appended[0].what.event_id, "mine");
  CAF_CHECK(log.appended[0].what.is_chosen);
}

CAF_TEST(what the history refuses nobody sees) {
  auto ann = connect("ann");
  join(ann, "chat:1");
  ann.out->take();
  log.refusal = errc::bus_unavailable;
  publish(ann, "chat:1", "1");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error bus_unavailable"});
}

CAF_TEST(a room without a rule keeps nothing) {
  auto ann = connect("ann");
  join(ann, "lobby");
  ann.out->take();
  publish(ann, "lobby", "1");
  CAF_CHECK(log.appended.empty());
  CAF_CHECK_EQUAL(ann.out->count("\"data\":1"), 1U);
  CAF_CHECK(!ann.out->kept_at);
  ann.out->take();
  request(ann, history_request{"4", "lobby"});
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error history_off"});
  CAF_CHECK(log.asked.empty());
}

CAF_TEST(what a room says itself is kept) {
  auto ann = connect("ann");
  join(ann, "hall:1");
  CAF_REQUIRE_EQUAL(log.appended.size(), 1U);
  CAF_CHECK(log.appended[0].what.rule == (history_rule{7, 1s}));
  CAF_CHECK(!log.appended[0].what.is_chosen);
  publish(ann, "hall:1", "1");
  CAF_REQUIRE_EQUAL(log.appended.size(), 2U);
  CAF_CHECK_EQUAL(log.appended[1].what.event_id, "of-the-room");
  CAF_CHECK(log.appended[1].what.is_chosen);
}

CAF_TEST(whoever else publishes in a room has its history keep that) {
  publisher out{*env};
  auto say = [&](scope to) {
    publish_receipt got;
    out.publish(out.make_envelope(to, to == scope::all ? "" : "chat:1", "1"), {},
                [&](publish_receipt x) { got = std::move(x); });
    return got;
  };
  CAF_CHECK(say(scope::room).at == (position{"e1", 1}));
  CAF_CHECK(!say(scope::user).at);
  CAF_CHECK(!say(scope::all).at);
  CAF_CHECK_EQUAL(log.appended.size(), 1U);
}

CAF_TEST(a history is told to who has the right and need not be a member) {
  auto may = std::make_shared<const rights>(std::vector<room_grant>{{"chat:1", {.history = true}}},
                                            false, false);
  auto ann = connect(identity{"ann", may});
  ann.out->take();
  log.add("chat:1", "1");
  log.add("chat:1", "2");
  log.page.has_more = true;
  request(ann, history_request{"4", "chat:1"});
  CAF_CHECK_EQUAL(ann.out->take(), lines{"history chat:1"});
  auto& told = *ann.out->last_history;
  CAF_CHECK_EQUAL(told.id, "4");
  CAF_CHECK(told.top == (position{"e1", 2}));
  CAF_CHECK(!told.is_lost);
  CAF_CHECK(told.has_more);
  CAF_REQUIRE_EQUAL(told.messages.size(), 2U);
  CAF_CHECK_EQUAL(told.messages[0]->data(), "1");
  CAF_CHECK_EQUAL(told.messages[0]->offset(), 1U);
  CAF_CHECK_EQUAL(told.messages[1]->offset(), 2U);
  CAF_CHECK_EQUAL(log.asked[0].channel, room_channel("chat:1"));
  request(ann, history_request{"5", "chat:2"});
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error forbidden"});
  CAF_CHECK_EQUAL(log.asked.size(), 1U);
}

CAF_TEST(a history is asked for what the client wants) {
  auto ann = connect("ann");
  request(ann, history_request{"4", "chat:1"});
  CAF_CHECK(query().rule == (history_rule{100, 1h}));
  CAF_CHECK(!query().from);
  CAF_CHECK_EQUAL(query().limit, 100U);
  CAF_CHECK_EQUAL(query().max_bytes, 256U << 10U);
  CAF_CHECK(!query().newest_first);
  env->limits.edit().history_page = 50;
  env->limits.edit().message_bytes = 4000;
  request(ann, history_request{"5", "chat:1", position{"e1", 7}, 1000, true});
  CAF_CHECK(query().from == (position{"e1", 7}));
  CAF_CHECK_EQUAL(query().limit, 50U);
  CAF_CHECK_EQUAL(query().max_bytes, 1000U);
  CAF_CHECK(query().newest_first);
}

CAF_TEST(a history that has lost what was asked for says so) {
  auto ann = connect("ann");
  log.page.is_lost = true;
  log.page.top = {"e2", 9};
  request(ann, history_request{"4", "chat:1", position{"e1", 7}});
  CAF_REQUIRE(ann.out->last_history.has_value());
  CAF_CHECK(ann.out->last_history->is_lost);
  CAF_CHECK(ann.out->last_history->top == (position{"e2", 9}));
}

CAF_TEST(one answer is fetched at a time) {
  auto ann = connect("ann");
  log.holds = true;
  for (auto* room : {"chat:1", "chat:2", "chat:3"})
    request(ann, history_request{room, room});
  ann.out->take();
  for (std::size_t n = 1; n <= 3; ++n) {
    CAF_CHECK_EQUAL(log.asked.size(), n);
    log.answer();
    settle();
    CAF_CHECK_EQUAL(ann.out->take(), lines{"history chat:" + std::to_string(n)});
    CAF_CHECK_EQUAL(ann.out->last_history->id, "chat:" + std::to_string(n));
  }
  CAF_CHECK_EQUAL(log.asked.size(), 3U);
}

CAF_TEST(a history that does not answer is an error and the next is asked) {
  auto ann = connect("ann");
  ann.out->take();
  log.holds = true;
  request(ann, history_request{"4", "chat:1"});
  request(ann, history_request{"5", "chat:1"});
  for (auto code : {errc::bus_unavailable, errc::timeout}) {
    log.page.error = code;
    log.answer();
    settle();
    CAF_CHECK_EQUAL(ann.out->take(), lines{"error " + std::string{to_string(code)}});
  }
}

CAF_TEST(an answer for who has gone is dropped) {
  auto ann = connect("ann");
  log.holds = true;
  request(ann, history_request{"4", "chat:1"});
  disconnect(ann);
  ann.out->take();
  log.answer();
  settle();
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST(a bus without a log keeps no history) {
  wire->log = nullptr;
  auto ann = connect("ann");
  ann.out->take();
  request(ann, history_request{"4", "chat:1"});
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error history_off"});
}

CAF_TEST_FIXTURE_SCOPE_END()
