#define CAF_SUITE cluster_pipeline_test

#include "atrium/broker/redis/cluster/cluster_pipeline.hpp"

#include "caf/test/unit_test.hpp"
#include "support/hub_world.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

// The keys b and c belong to the server "one", a and foo to "two".
struct fixture : test::hub_fixture {
  fixture() {
    subject.add(ann, {{}, "publish_refused", "ann is refused"});
    subject.add(bob, {{}, "publish_refused", "bob is refused", true});
    trust();
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(cluster_pipeline_tests, fixture)

CAF_TEST(each command goes to the server that has its key) {
  ann.say("SET a 1");
  ann.say("SET b 2");
  bob.say("EVALSHA sha 1 b 3");
  bob.say("SET foo 4");
  CAF_CHECK_EQUAL(written("one"), (lines{"SET b 2", "EVALSHA sha 1 b 3"}));
  CAF_CHECK_EQUAL(links.woken, (lines{"two"}));
  CAF_CHECK_EQUAL(written("two"), (lines{"SET a 1", "SET foo 4"}));
  CAF_CHECK(!at("one").idle());
  CAF_CHECK(subject.server_of("b") == 0U);
  CAF_CHECK(subject.server_of("{a}:x") == 1U);
}

CAF_TEST(a command without a key goes with the one that follows) {
  ann.say("TIME");
  ann.say("ZRANGE a");
  ann.say("TIME");
  ann.say("HGETALL b");
  CAF_CHECK_EQUAL(written("two"), (lines{"TIME", "ZRANGE a"}));
  CAF_CHECK_EQUAL(written("one"), (lines{"TIME", "HGETALL b"}));
}

CAF_TEST(who says so gets answers in the order of the commands) {
  for (auto* x : {&ann, &bob})
    for (auto text : {"SET a 1", "SET b 2", "SET a 3", "SET b 4"})
      x->say(text);
  written("one");
  written("two");
  answer("one", "B"); // of ann
  answer("one", "C");
  CAF_CHECK_EQUAL(news(ann), lines{});
  answer("two", "A");
  CAF_CHECK_EQUAL(news(ann), (lines{"SET a 1: A", "SET b 2: B"}));
  answer("two", "A");
  CAF_CHECK_EQUAL(news(ann), (lines{"SET a 3: A", "SET b 4: C"}));
  answer("one", "B"); // of bob
  answer("one", "C");
  answer("two", "A");
  answer("two", "A");
  CAF_CHECK_EQUAL(news(bob), (lines{"SET b 2: B", "SET b 4: C", "SET a 1: A", "SET a 3: A"}));
  CAF_CHECK(at("one").idle() && at("two").idle());
  CAF_CHECK_NOT_EQUAL(answer("one", "5"), "");
}

CAF_TEST(the end of a read is told to those who had an answer) {
  bob.say("SET a 1");
  written("two");
  ann.read_ends = bob.read_ends = 0;
  answer("two", "A");
  CAF_CHECK_EQUAL(bob.read_ends, 1);
  CAF_CHECK_EQUAL(ann.read_ends, 0);
}

CAF_TEST(errors are told and logged once) {
  for (int i = 0; i < 3; ++i)
    ann.say("SET a 1");
  written("two");
  for (int i = 0; i < 3; ++i)
    CAF_CHECK_EQUAL(refuse("two", "NOPERM no"), "");
  CAF_CHECK_EQUAL(news(ann), lines(3, "SET a 1: NOPERM"));
  CAF_CHECK_EQUAL(log.size(), 1U);
}

CAF_TEST(who has much in flight is held back and others are not ) {
  bob.bytes = 1'000;
  for (int i = 0; i < 10'000; ++i)
    bob.say("SET a " + std::to_string(i));
  lines first;
  for (int i = 0; i < 10; ++i)
    for (auto& x : written("two"))
      first.push_back(x);
  auto most = server_lane::window / 1'000 + 1;
  CAF_CHECK_GREATER(first.size(), most * 8 / 10);
  CAF_CHECK_LESS(first.size(), most);
  CAF_CHECK_LESS(bob.said.size(), (caller_table::window + caller_table::share) / 1'000);
  ann.say("SET b 1");
  CAF_CHECK_EQUAL(written("one"), (lines{"SET b 1"}));
  CAF_CHECK_EQUAL(written("two"), lines{});
  for (int i = 0; i < 300; ++i)
    answer("two", "OK");
  ann.say("SET foo 1");
  auto next = written("two");
  CAF_CHECK_GREATER(next.size(), 100U);
  CAF_CHECK_EQUAL(std::ranges::count(next, "SET foo 1"), 1);
  auto oldest = std::ranges::find_if(next, [](auto& x) { return x.starts_with("SET a"); });
  CAF_CHECK(oldest->starts_with("SET a " + std::to_string(first.size()) + ' '));
}

// What was in flight may have taken effect; what was not waits.
CAF_TEST(a lost link costs only what is in flight) {
  for (auto* x : {&ann, &bob})
    for (auto text : {"SET b 1", "SET a 2"})
      x->say(text);
  written("one");
  written("two");
  bob.say("SET a 3");
  at("two").on_down({}, "reset");
  CAF_CHECK_EQUAL(news(ann), lines{});
  CAF_CHECK_EQUAL(news(bob), (lines{"SET a 2: LOST"}));
  CAF_CHECK_EQUAL(links.questions, 1);
  answer("one", "B");
  CAF_CHECK_EQUAL(news(ann), (lines{"SET b 1: B", "SET a 2: LOST"}));
  answer("one", "B");
  CAF_CHECK_EQUAL(news(bob), (lines{"SET b 1: B"}));
  CAF_CHECK(log.empty());
  at("two").on_up();
  CAF_CHECK_EQUAL(news(ann), (lines{"up"}));
  CAF_CHECK_EQUAL(written("two"), (lines{"SET a 3"}));
}

CAF_TEST(a server that is down is waited for two seconds and no more) {
  at("two").on_down({}, "reset");
  for (auto* x : {&ann, &bob})
    for (auto text : {"SET a 1", "SET b 2"})
      x->say(text);
  CAF_CHECK_EQUAL(written("one"), (lines{"SET b 2", "SET b 2"}));
  answer("one", "B");
  answer("one", "B");
  pass(1'990ms);
  CAF_CHECK_EQUAL(news(ann), lines{});
  CAF_CHECK_EQUAL(news(bob), (lines{"SET b 2: B"}));
  pass(10ms);
  CAF_CHECK_EQUAL(news(ann), (lines{"SET a 1: UNREACHABLE", "SET b 2: B"}));
  CAF_CHECK_EQUAL(news(bob), (lines{"SET a 1: UNREACHABLE"}));
  ann.say("SET a 3"); // from now on nobody waits
  ann.say("SET b 4");
  CAF_CHECK_EQUAL(written("one"), (lines{"SET b 4"}));
  CAF_CHECK(subject.next_tick() <= now + 10ms);
  pass(10ms);
  answer("one", "B");
  CAF_CHECK_EQUAL(news(ann), (lines{"SET a 3: UNREACHABLE", "SET b 4: B"}));
  CAF_CHECK(!subject.next_tick());
  at("two").on_up();
  ann.say("SET a 5");
  CAF_CHECK_EQUAL(written("two"), (lines{"SET a 5"}));
}

CAF_TEST(a server that hangs gets no more and holds nobody up) {
  bob.bytes = 1'000;
  for (int i = 0; i < 600; ++i)
    bob.say("SET a 1");
  while (!written("two").empty())
    ; // until it takes no more
  bob.bytes = 0;
  bob.say("SET b 2");
  CAF_CHECK_EQUAL(written("one"), lines{}); // the window of bob is full
  pass(200ms);
  CAF_CHECK_EQUAL(written("one"), (lines{"SET b 2"}));
  answer("one", "B");
  CAF_CHECK_EQUAL(news(bob), (lines{"SET b 2: B"}));
  bob.say("SET foo 3");
  subject.wake();
  CAF_CHECK_EQUAL(written("two"), lines{});
  pass(1'800ms);
  auto heard = news(bob);
  CAF_CHECK_EQUAL(std::ranges::count(heard, "SET foo 3: UNREACHABLE"), 1);
  answer("two", "A"); // it goes on
  CAF_CHECK_EQUAL(news(bob), (lines{"SET a 1: A"}));
  bob.say("SET foo 4");
  CAF_CHECK_EQUAL(written("two").size(), 1U);
}

CAF_TEST(what waits for servers in trouble has a bound) {
  at("two").on_down({}, "reset");
  bob.bytes = 100'000;
  for (int i = 0; i < 200; ++i)
    bob.say("SET a 1");
  while (!bob.waiting.empty())
    subject.wake();
  CAF_CHECK_EQUAL(news(bob), lines{});
  pass(10ms);
  CAF_CHECK_EQUAL(news(bob), lines(200, "SET a 1: UNREACHABLE"));
}

CAF_TEST(an answer that makes no sense costs the link and that command) {
  ann.say("SET b 1");
  ann.say("SET b 2");
  written("one");
  CAF_CHECK_EQUAL(answer("one", "nonsense"), "nonsense");
  CAF_CHECK_EQUAL(news(ann), (lines{"SET b 1: LOST"}));
  at("one").on_down({}, "nonsense");
  CAF_CHECK_EQUAL(news(ann), (lines{"SET b 2: LOST"}));
}

CAF_TEST(a caller that is removed hears no more) {
  ann.say("SET b 1");
  bob.say("SET b 2");
  written("one");
  at("two").on_down({}, "reset");
  news(ann);
  ann.say("SET a 3");
  written("one");
  subject.remove(ann);
  ann.say("SET b 4");
  answer("one", "B");
  answer("one", "B");
  CAF_CHECK_EQUAL(news(ann), lines{});
  CAF_CHECK_EQUAL(news(bob), (lines{"SET b 2: B"}));
  at("two").on_up();
  CAF_CHECK_EQUAL(written("two"), lines{});
  CAF_CHECK_EQUAL(written("one"), lines{});
  CAF_CHECK(!subject.next_tick());
}

CAF_TEST(nobody is asked for commands before a server is up) {
  test::hub_fixture other{false};
  other.subject.add(other.ann, {{}, "publish_refused", ""});
  other.ann.say("SET a 1");
  other.subject.wake();
  other.pass(5s);
  CAF_CHECK_EQUAL(other.ann.waiting.size(), 1U);
  CAF_CHECK_EQUAL(other.ann.heard, lines{});
  other.at("two").on_up();
  CAF_CHECK_EQUAL(other.ann.heard, (lines{"up"}));
  CAF_CHECK_EQUAL(other.written("two"), (lines{"SET a 1"}));
}

CAF_TEST(callers that wake it while they are called wait for the end) {
  struct eager : test::key_caller {
    std::string_view on_reply_to(std::size_t which, resp_reply reply) override {
      auto result = key_caller::on_reply_to(which, reply);
      say("SET b again");
      hub->wake();
      return result;
    }
    cluster_pipeline* hub = nullptr;
  } eve;
  eve.hub = &subject;
  subject.add(eve, {{}, "publish_refused", "", true});
  eve.say("SET b 1");
  written("one");
  answer("one", "B");
  CAF_CHECK_EQUAL(eve.waiting.size(), 1U);
  CAF_CHECK_EQUAL(written("one"), (lines{"SET b again"}));
  subject.remove(eve);
}

CAF_TEST_FIXTURE_SCOPE_END()
