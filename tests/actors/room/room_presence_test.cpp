#define CAF_SUITE room_presence_test

#include "atrium/actors/util/delivery_counters.hpp"

#include "support/actor_fixture.hpp"
#include "support/obedient_log.hpp"
#include "support/scripted_presence.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

using kind = presence_change::kind;

namespace {

/// Ends with the first message.
class brittle_logic final : public room_logic {
public:
  decision on_message(const member&, room_message&) override {
    throw std::runtime_error("brittle");
  }
};

room_types with_brittle() {
  room_types result;
  result.add<brittle_logic>("brittle");
  return result;
}

struct fixture : node_fixture {
  fixture() : node_fixture(with_brittle()) {
    for (auto* rule : {"chat", "brittle", "kept", "crowd=count", "last"})
      env->limits.edit().presence.add(rule);
    env->limits.edit().history.add("kept=100,1h");
    env->limits.edit().history_page = 3;
    env->limits.edit().outbox_policies.add("last=latest_only");
    env->presence = told;
    wire->log = &log;
    told->page.present = 5;
  }

  // Before the presence: what is held back refers to actors.
  ~fixture() override {
    told->asked.clear();
  }

  void change(const std::string& room, kind what, const std::string& user, std::size_t present) {
    wire->deliver(room_channel(room), presence_change_in(room, what, user, present));
    settle();
  }

  void interrupt(const std::string& room) {
    for (auto& [name, who] : wire->subscribed)
      if (name == room_channel(room))
        who->on_gap(now, now);
    settle();
  }

  /// Tells how many are in a room, to somebody who has just joined it.
  std::optional<std::size_t> told_by_join(const std::string& room) {
    auto late = connect("late");
    join(late, room);
    CAF_REQUIRE(late.out->last_joined);
    return late.out->last_joined->present;
  }

  std::shared_ptr<scripted_presence> told = std::make_shared<scripted_presence>();
  obedient_log log{
    [this](const std::string& channel, const shared_bytes& x) { wire->deliver(channel, x); }};
};

const std::string bob_joins
  = R"({"type":"presence_event","room":"chat","event":"join","user":"bob","present":6,"ts":7})";

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_presence_tests, fixture)

CAF_TEST(the first joins wait until it is known how many are there) {
  told->holds = true;
  auto ann = connect("ann");
  auto bob = connect("bob", 1);
  join(ann, "chat");
  join(bob, "chat");
  CAF_CHECK_EQUAL(ann.out->count("joined") + bob.out->count("joined"), 0U);
  CAF_REQUIRE_EQUAL(told->asked.size(), 1U); // one question for all
  CAF_CHECK_EQUAL(told->asked[0].limit, 0U);
  CAF_CHECK_EQUAL(told->asked[0].where.channel, room_channel("chat"));
  told->answer_oldest();
  settle();
  CAF_CHECK(ann.out->last_joined->present == 5U);
  CAF_CHECK(bob.out->last_joined->present == 5U);
  CAF_CHECK_EQUAL(told->there["chat"].size(), 2U);
}

CAF_TEST(joins do not wait for a presence that does not answer) {
  told->holds = true;
  auto ann = connect("ann");
  join(ann, "chat");
  sched.advance_time(4s);
  settle();
  CAF_CHECK_EQUAL(ann.out->count("joined"), 0U);
  sched.advance_time(1s);
  settle();
  CAF_REQUIRE(ann.out->last_joined);
  CAF_CHECK(!ann.out->last_joined->present);
  CAF_CHECK(!told_by_join("chat")); // nor does anybody later
  told->answer_oldest();            // in the end
  settle();
  CAF_CHECK(told_by_join("chat") == 5U);
}

CAF_TEST(who cannot be told how many are there is let in at once) {
  told->page = {errc::bus_unavailable, 0, {}};
  auto ann = connect("ann");
  join(ann, "chat");
  CAF_REQUIRE(ann.out->last_joined);
  CAF_CHECK(!ann.out->last_joined->present);
  told->page = {errc::none, 2, {}};
  CAF_CHECK(!told_by_join("chat")); // this one has asked again
  CAF_CHECK(told_by_join("chat") == 2U);
}

CAF_TEST(members hear byte by byte who comes and who goes) {
  auto ann = connect("ann");
  auto bob = connect("bob", 1);
  join(ann, "chat");
  join(bob, "chat");
  ann.out->take();
  bob.out->take();
  change("chat", kind::join, "bob", 6);
  change("chat", kind::leave, "eve", 5);
  for (auto& who : {ann, bob}) {
    auto seen = who.out->take();
    CAF_REQUIRE_EQUAL(seen.size(), 2U);
    CAF_CHECK_EQUAL(seen[0], bob_joins);
    CAF_CHECK(seen[1].find(R"("event":"leave","user":"eve","present":5)") != std::string::npos);
  }
  change("chat", kind::leave, "eve", 3);
  CAF_CHECK(told_by_join("chat") == 3U);
}

CAF_TEST(a room that only counts names nobody) {
  auto ann = connect("ann");
  join(ann, "crowd");
  CAF_CHECK(ann.out->last_joined->present == 5U);
  ann.out->take();
  change("crowd", kind::count, "", 9);
  CAF_CHECK(ann.out->take().empty());
  change("crowd", kind::join, "eve", 10); // of a node with another rule
  CAF_CHECK(ann.out->take().empty());
  CAF_CHECK(told_by_join("crowd") == 10U);
}

CAF_TEST(a number that the bus has brought meanwhile is not older than an answer) {
  auto ann = connect("ann");
  join(ann, "chat");
  told->holds = true;
  interrupt("chat");
  change("chat", kind::join, "bob", 6);
  told->answer_oldest(); // 5
  settle();
  CAF_CHECK(told_by_join("chat") == 6U);
}

CAF_TEST(after a gap the room asks again) {
  auto ann = connect("ann");
  join(ann, "chat");
  told->page.present = 8;
  interrupt("chat");
  CAF_CHECK_EQUAL(told->asked.size(), 2U);
  CAF_CHECK(told_by_join("chat") == 8U);
  told->holds = true;
  for (int i = 0; i < 3; ++i)
    interrupt("chat");
  CAF_CHECK_EQUAL(told->asked.size(), 3U); // one at a time
  told->answer_oldest();
  settle();
  CAF_CHECK_EQUAL(told->asked.size(), 4U); // it was asked before the last gap
}

CAF_TEST(every connection enters and leaves for itself) {
  auto info = std::make_shared<const std::string>(R"({"colour":1})");
  auto first = connect(identity{"ann", rights::everything(), info});
  auto second = connect("ann", 1);
  join(first, "chat");
  CAF_CHECK_EQUAL(told->infos["ann"], *info);
  join(second, "chat");
  CAF_CHECK_EQUAL(told->there["chat"].size(), 2U);
  leave(first, "chat");
  CAF_CHECK_EQUAL(told->there["chat"].size(), 1U);
  disconnect(second);
  CAF_CHECK(told->there["chat"].empty());
  CAF_CHECK_EQUAL(told->gone, (lines{"ann", "ann"}));
}

CAF_TEST(all members leave with their room) {
  auto ann = connect("ann");
  auto bob = connect("bob", 1);
  join(ann, "brittle");
  join(bob, "brittle");
  CAF_CHECK_EQUAL(told->there["brittle"].size(), 2U);
  env->limits.edit().restarts_per_minute = 0;
  publish(ann, "brittle", "1");
  CAF_CHECK_EQUAL(ann.out->count("error room_died"), 1U);
  CAF_CHECK(told->there["brittle"].empty());
  CAF_CHECK_EQUAL(told->gone.size(), 2U);
}

CAF_TEST(joins that wait are told when the room dies) {
  told->holds = true;
  auto ann = connect("ann");
  join(ann, "chat");
  auto room = child_of_root(list_children{child_kind::room, "", "", 1});
  caf::anon_send_exit(room, caf::exit_reason::user_shutdown);
  settle();
  CAF_CHECK_EQUAL(ann.out->count("error"), 1U);
  CAF_CHECK(told->there["chat"].empty());
}

CAF_TEST(a history does not hold what is no message) {
  auto ann = connect("ann");
  join(ann, "kept");
  auto questions = log.questions;
  ann.out->take();
  publish(ann, "kept", "1");
  change("kept", kind::join, "bob", 6);
  publish(ann, "kept", "2");
  CAF_CHECK_EQUAL(ann.out->count("presence_event"), 1U);
  CAF_CHECK_EQUAL(ann.out->count("\"data\":"), 2U);
  CAF_CHECK_EQUAL(log.questions, questions); // nothing is missing
  CAF_CHECK_EQUAL(log.stats().stored, 2U);
}

CAF_TEST(who is still catching up hears who comes) {
  auto ann = connect("ann");
  auto bob = connect("bob", 1);
  join(ann, "kept");
  auto from = *ann.out->last_joined->at;
  for (int i = 0; i < 9; ++i)
    publish(ann, "kept", "1");
  bob.out->waiting = std::size_t{1} << 30; // takes one page and no more
  request(bob, join_request{"1", "kept", from});
  CAF_REQUIRE_EQUAL(bob.out->count("\"data\":"), 3U);
  change("kept", kind::join, "eve", 6);
  CAF_CHECK_EQUAL(bob.out->count("presence_event"), 1U);
  CAF_CHECK_EQUAL(ann.out->count("presence_event"), 1U);
}

CAF_TEST(a room that tells nobody takes such packets for malformed ones) {
  auto ann = connect("ann");
  join(ann, "quiet");
  CAF_CHECK(!ann.out->last_joined->present);
  ann.out->take();
  change("quiet", kind::join, "bob", 6);
  CAF_CHECK(ann.out->take().empty());
  CAF_CHECK_EQUAL(env->delivery_counts->malformed_packets.load(), 1U);
  CAF_CHECK(told->asked.empty());
  CAF_CHECK(told->there.empty());
}

CAF_TEST(what is no message does not push out the latest one) {
  auto ann = connect("ann");
  join(ann, "last");
  ann.out->policies.clear();
  change("last", kind::join, "bob", 6);
  publish(ann, "last", "1");
  CAF_REQUIRE_EQUAL(ann.out->policies.size(), 2U);
  CAF_CHECK(ann.out->policies[0] == outbox_policy::drop_oldest);
  CAF_CHECK(ann.out->policies[1] == outbox_policy::latest_only);
}

CAF_TEST(who cannot be told who comes is told of a gap) {
  auto ann = connect("ann");
  join(ann, "chat");
  ann.out->take();
  auto& queue = *env->lanes[0].queue;
  CAF_REQUIRE(queue.try_acquire(env->limits->lane_queue));
  change("chat", kind::join, "bob", 6);
  CAF_CHECK_EQUAL(env->delivery_counts->lane_queue_drops.load(), 1U);
  CAF_CHECK(ann.out->take().empty());
  queue.release(env->limits->lane_queue);
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"gap chat"});
  CAF_CHECK(told_by_join("chat") == 6U); // the room itself knows
}

CAF_TEST(a room that has dropped what came asks how many are there) {
  env->limits.edit().room_queue = 1;
  auto ann = connect("ann");
  join(ann, "chat");
  told->page.present = 7;
  for (auto* user : {"bob", "eve"}) // at once
    wire->deliver(room_channel("chat"), presence_change_in("chat", kind::join, user, 6));
  settle();
  CAF_CHECK_EQUAL(ann.out->count("presence_event"), 1U);
  CAF_CHECK_EQUAL(ann.out->count("gap chat"), 1U);
  CAF_CHECK_EQUAL(told->asked.size(), 2U);
  CAF_CHECK(told_by_join("chat") == 7U);
}

CAF_TEST(who asks is told who is in a room) {
  auto ann = connect("ann");
  told->page.users = {{"bob", 2, unix_time{3ms}, "{}"}};
  request(ann, presence_request{"1", "chat", 10});
  CAF_REQUIRE_EQUAL(told->asked.size(), 1U);
  CAF_CHECK_EQUAL(told->asked[0].limit, 10U);
  CAF_REQUIRE(ann.out->last_presence);
  CAF_CHECK_EQUAL(ann.out->last_presence->present, 5U);
  CAF_CHECK_EQUAL(ann.out->last_presence->users->at(0).user, "bob");
  request(ann, presence_request{"2", "crowd"});
  CAF_CHECK_EQUAL(told->asked[1].limit, 0U);
  CAF_CHECK(!ann.out->last_presence->users);
  ann.out->take();
  told->page = {errc::timeout, 0, {}};
  request(ann, presence_request{"3", "chat"});
  request(ann, presence_request{"4", "quiet"});
  CAF_CHECK_EQUAL(ann.out->take(), (lines{"error timeout", "error presence_off"}));
}

CAF_TEST(a list does not fill the outbox of a client) {
  env->limits.edit().message_bytes = 4 * 1'000;
  auto ann = connect("ann");
  told->page.users.resize(10, {"bob", 1, unix_time{3ms}, std::string(298, ' ')});
  request(ann, presence_request{"1", "chat"});
  CAF_CHECK_EQUAL(ann.out->last_presence->present, 5U);
  CAF_CHECK_EQUAL(ann.out->last_presence->users->size(), 2U); // of 400 bytes each
}

CAF_TEST(a client reads one thing at a time) {
  told->holds = true;
  auto ann = connect("ann");
  request(ann, presence_request{"1", "chat"});
  request(ann, history_request{"2", "kept"});
  request(ann, presence_request{"3", "chat"});
  CAF_CHECK_EQUAL(told->asked.size(), 1U);
  CAF_CHECK_EQUAL(log.questions, 0);
  told->answer_oldest();
  settle();
  CAF_CHECK_EQUAL(log.questions, 1);
  CAF_CHECK_EQUAL(told->asked.size(), 2U);
  ann.out->take();
  disconnect(ann);
  told->answer_oldest(); // for nobody
  settle();
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
