#define CAF_SUITE cluster_bounces_test

#include "atrium/broker/redis/cluster/cluster_pipeline.hpp"

#include "caf/test/unit_test.hpp"
#include "support/hub_world.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

// The keys b and c belong to the server "one", a and foo to "two".
struct fixture : test::hub_fixture {
  fixture() {
    subject.add(ann, {"return 1", "publish_refused", "ann is refused"});
    subject.add(bob, {{}, "publish_refused", "bob is refused", true});
    trust();
  }

  void say(std::initializer_list<std::string> all) {
    for (auto& x : all)
      bob.say(x);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(cluster_bounces_tests, fixture)

CAF_TEST(a slot that has moved is followed in order) {
  say({"SET c 3", "SET b 1", "SET b 2"});
  CAF_CHECK_EQUAL(written("one").size(), 3U);
  say({"SET b 4"});
  answer("one", "C");
  refuse("one", "MOVED 3300 two:6379");
  CAF_CHECK_EQUAL(links.questions, 1);
  CAF_CHECK_EQUAL(written("two"), lines{}); // the second may have taken effect
  refuse("one", "MOVED 3300 two:6379");
  CAF_CHECK_EQUAL(written("two"), (lines{"SET b 1"}));
  answer("two", "B");
  CAF_CHECK_EQUAL(written("two"), (lines{"SET b 2", "SET b 4"}));
  answer("two", "B");
  answer("two", "B");
  CAF_CHECK_EQUAL(news(bob), (lines{"SET c 3: C", "SET b 1: B", "SET b 2: B", "SET b 4: B"}));
  CAF_CHECK(log.empty());
}

CAF_TEST(a server that is not known gets a link) {
  say({"SET b 1"});
  written("one");
  refuse("one", "MOVED 3300 three:6379");
  CAF_REQUIRE(links.dialogs.contains("three"));
  pass(1s);
  at("three").on_up();
  CAF_CHECK_EQUAL(written("three"), (lines{"SCRIPT LOAD return 1", "SET b 1"}));
}

CAF_TEST(servers that send a command to and fro are given time) {
  say({"SET b 1"});
  for (auto [from, to] : {std::pair{"one", "two"}, {"two", "one"}}) {
    CAF_CHECK_EQUAL(written(from).size(), 1U);
    refuse(from, std::string{"MOVED 3300 "} + to + ":6379");
  }
  CAF_CHECK_EQUAL(written("one").size(), 1U);
  refuse("one", "MOVED 3300 two:6379");
  CAF_CHECK_EQUAL(written("two"), lines{});
  pass(20ms);
  CAF_CHECK_EQUAL(written("two"), lines{});
  pass(10ms);
  CAF_CHECK_EQUAL(written("two"), (lines{"SET b 1"}));
  for (int i = 0; i < 100 && bob.heard.empty(); ++i) {
    refuse("two", "MOVED 3300 two:6379");
    pass(30ms);
    written("two");
  }
  CAF_CHECK_EQUAL(news(bob), (lines{"SET b 1: UNREACHABLE"}));
}

CAF_TEST(a key that is on its way is asked for there for once) {
  say({"SET b 1", "SET b 2"});
  written("one");
  say({"SET b 3"});
  refuse("one", "ASK 3300 two:6379");
  refuse("one", "ASK 3300 two:6379");
  CAF_CHECK_EQUAL(written("one"), lines{});
  CAF_CHECK_EQUAL(written("two"), (lines{"ASKING", "SET b 1"}));
  answer("two", "OK", resp_type::status);
  answer("two", "B");
  CAF_CHECK_EQUAL(written("one"), lines{});
  CAF_CHECK_EQUAL(written("two"), (lines{"ASKING", "SET b 2"}));
  answer("two", "OK", resp_type::status);
  refuse("two", "TRYAGAIN later");
  pass(30ms);
  CAF_CHECK_EQUAL(written("two"), lines{});
  CAF_CHECK_EQUAL(written("one"), (lines{"SET b 2"}));
  answer("one", "B");
  CAF_CHECK_EQUAL(written("one"), (lines{"SET b 3"}));
  answer("one", "B");
  CAF_CHECK_EQUAL(news(bob), (lines{"SET b 1: B", "SET b 2: B", "SET b 3: B"}));
  CAF_CHECK_EQUAL(links.questions, 0);
}

CAF_TEST(a key that comes back is not looked for elsewhere) {
  say({"SET b 1", "SET b 2"});
  written("one");
  refuse("one", "ASK 3300 two:6379");
  refuse("one", "ASK 3300 two:6379");
  CAF_CHECK_EQUAL(written("two"), (lines{"ASKING", "SET b 1"}));
  answer("two", "OK", resp_type::status);
  refuse("two", "MOVED 3300 one:6379");
  CAF_CHECK_EQUAL(written("one"), (lines{"SET b 1"}));
  answer("one", "B");
  CAF_CHECK_EQUAL(written("two"), lines{});
  CAF_CHECK_EQUAL(written("one"), (lines{"SET b 2"}));
}

CAF_TEST(who is not ready is asked again later and by one command at a time) {
  for (auto error : {"LOADING x", "BUSY x", "MASTERDOWN x", "CLUSTERDOWN x", "TRYAGAIN x"}) {
    say({"SET c 3", "SET b 1", "SET b 2"});
    written("one");
    answer("one", "C");
    refuse("one", error);
    refuse("one", error);
    CAF_CHECK_EQUAL(written("one"), lines{});
    pass(20ms);
    CAF_CHECK_EQUAL(written("one"), lines{});
    pass(10ms);
    CAF_CHECK_EQUAL(written("one"), (lines{"SET b 1"}));
    answer("one", "B");
    CAF_CHECK_EQUAL(written("one"), (lines{"SET b 2"}));
    answer("one", "B");
    CAF_CHECK_EQUAL(news(bob), (lines{"SET c 3: C", "SET b 1: B", "SET b 2: B"}));
  }
}

// It may become so between the two.
CAF_TEST(a server gets one command of a slot until it is known to be ready) {
  at("one").on_down({}, "reset");
  at("one").on_up();
  say({"SET c 3", "SET b 1", "SET b 2"});
  CAF_CHECK_EQUAL(written("one"), (lines{"SCRIPT LOAD return 1", "SET c 3", "SET b 1"}));
  refuse("one", "LOADING x");
  refuse("one", "LOADING x");
  refuse("one", "LOADING x");
  pass(30ms);
  CAF_CHECK_EQUAL(written("one").size(), 2U); // of each slot
  answer("one", "OK");
  answer("one", "OK");
  CAF_CHECK_EQUAL(written("one"), (lines{"SET b 2"}));
}

CAF_TEST(a server that loads for long is as good as none) {
  say({"SET b 1"});
  for (int i = 0; i < 100 && bob.heard.empty(); ++i) {
    written("one");
    refuse("one", "LOADING x");
    pass(30ms);
  }
  CAF_CHECK_EQUAL(news(bob), (lines{"SET b 1: UNREACHABLE"}));
  say({"SET c 2"}); // a slot that has waited for nothing
  CAF_CHECK_EQUAL(written("one"), (lines{"SET c 2"}));
  refuse("one", "LOADING x");
  pass(10ms);
  CAF_CHECK_EQUAL(news(bob), (lines{"SET c 2: UNREACHABLE"}));
  say({"SET c 3"});
  pass(30ms);
  CAF_CHECK_EQUAL(written("one"), (lines{"SET c 3"}));
  answer("one", "C"); // it is ready
  say({"SET c 4"});
  CAF_CHECK_EQUAL(written("one"), (lines{"SET c 4"}));
  refuse("one", "LOADING x");
  pass(10ms);
  CAF_CHECK_EQUAL(news(bob), (lines{"SET c 3: C"}));
}

CAF_TEST(a demoted master is left) {
  say({"SET b 1", "SET b 2"});
  written("one");
  CAF_CHECK_EQUAL(refuse("one", "READONLY x"), "READONLY x");
  at("one").on_down({}, "READONLY x");
  CAF_CHECK_EQUAL(links.demoted, (lines{"one"}));
  CAF_CHECK_EQUAL(news(bob), (lines{"SET b 2: LOST"}));
  at("one").on_up();
  pass(30ms);
  CAF_CHECK_EQUAL(written("one"), (lines{"SCRIPT LOAD return 1", "SET b 1"}));
}

// -- scripts ------------------------------------------------------------------

CAF_TEST(scripts are loaded on every link ahead of all else) {
  at("two").on_down({}, "reset");
  at("two").on_up();
  ann.say("EVALSHA sha 1 a");
  CAF_CHECK_EQUAL(written("two"), (lines{"SCRIPT LOAD return 1", "EVALSHA sha 1 a"}));
  answer("two", "sha");
  answer("two", "A");
  CAF_CHECK_EQUAL(news(ann), (lines{"up", "script sha", "EVALSHA sha 1 a: A"}));
}

CAF_TEST(a script that is gone is loaded again for the caller) {
  for (auto text : {"EVALSHA sha 1 b 1", "EVALSHA sha 1 b 2"})
    ann.say(text);
  written("one");
  refuse("one", "NOSCRIPT none");
  refuse("one", "NOSCRIPT none");
  CAF_CHECK_EQUAL(written("one"), (lines{"SCRIPT LOAD return 1", "EVALSHA sha 1 b 1"}));
  answer("one", "sha");
  answer("one", "B");
  CAF_CHECK_EQUAL(written("one"), (lines{"EVALSHA sha 1 b 2"}));
  answer("one", "B");
  CAF_CHECK_EQUAL(news(ann), (lines{"script sha", "EVALSHA sha 1 b 1: B", "EVALSHA sha 1 b 2: B"}));
}

CAF_TEST(a name that no script has is told in the end) {
  ann.say("EVALSHA other 1 b 1");
  bob.say("EVALSHA other 1 c 2"); // has no script
  written("one");
  refuse("one", "NOSCRIPT none");
  refuse("one", "NOSCRIPT none");
  CAF_CHECK_EQUAL(news(bob), (lines{"EVALSHA other 1 c 2: NOSCRIPT"}));
  for (int i = 0; i < 2; ++i) {
    CAF_CHECK_EQUAL(written("one").size(), 2U);
    answer("one", "sha");
    refuse("one", "NOSCRIPT none");
  }
  CAF_CHECK_EQUAL(written("one"), lines{});
  CAF_CHECK_EQUAL(news(ann), (lines{"script sha", "script sha", "EVALSHA other 1 b 1: NOSCRIPT"}));
}

CAF_TEST(one server that refuses the script does not stop the others) {
  at("one").on_down({}, "reset");
  at("one").on_up();
  ann.say("EVALSHA sha 1 b 1");
  written("one");
  news(ann);
  refuse("one", "NOPERM no");
  CAF_CHECK_EQUAL(news(ann), lines{});
  CAF_CHECK_EQUAL(log.size(), 1U);
  refuse("one", "NOSCRIPT none");
  CAF_CHECK_EQUAL(news(ann), (lines{"EVALSHA sha 1 b 1: NOPERM"}));
  at("one").on_proven();
  CAF_CHECK_EQUAL(links.proven, (lines{"one"}));
  CAF_CHECK_EQUAL(written("one"), (lines{"SCRIPT LOAD return 1"}));
  at("two").on_down({}, "reset");
  refuse("one", "NOPERM no");
  CAF_CHECK_EQUAL(news(ann), (lines{"refused NOPERM no"}));
}

CAF_TEST(a server that is not ready for the script gets it later) {
  at("one").on_down({}, "reset");
  at("one").on_up();
  ann.say("EVALSHA sha 1 b 1");
  written("one");
  news(ann);
  refuse("one", "LOADING x");
  refuse("one", "LOADING x");
  pass(30ms);
  CAF_CHECK_EQUAL(written("one"), (lines{"EVALSHA sha 1 b 1"}));
  refuse("one", "NOSCRIPT none");
  CAF_CHECK_EQUAL(written("one"), (lines{"SCRIPT LOAD return 1", "EVALSHA sha 1 b 1"}));
  answer("one", "sha");
  answer("one", "B");
  CAF_CHECK_EQUAL(news(ann), (lines{"script sha", "EVALSHA sha 1 b 1: B"}));
}

// -- maps ---------------------------------------------------------------------

CAF_TEST(what waits follows the map) {
  at("one").on_down({}, "reset");
  say({"SET b 1"});
  subject.wake();
  subject.set_map(test::slots_reply{{"three", "two"}}.map());
  CAF_CHECK_EQUAL(links.closed, (lines{"one"})); // it was lost
  at("three").on_up();
  CAF_CHECK_EQUAL(written("three"), (lines{"SCRIPT LOAD return 1", "SET b 1"}));
}

CAF_TEST(a server that leaves may answer what it has) {
  say({"SET b 1", "SET c 1"});
  written("one");
  say({"SET b 2"});
  subject.set_map(test::slots_reply{{"three", "two"}}.map());
  at("three").on_up();
  CAF_CHECK_EQUAL(written("three"), (lines{"SCRIPT LOAD return 1"}));
  answer("one", "B");
  CAF_CHECK_EQUAL(written("three"), (lines{"SET b 2"}));
  CAF_CHECK(links.closed.empty());
  pass(200ms); // the rest is late
  CAF_CHECK_EQUAL(links.closed, (lines{"one"}));
  CAF_CHECK_EQUAL(news(bob), (lines{"up", "up", "SET b 1: B", "SET c 1: LOST"}));
}

CAF_TEST(a server that has left is forgotten when it is quiet) {
  subject.set_map(test::slots_reply{{"two"}}.map());
  CAF_CHECK(links.closed.empty());
  pass(10s);
  CAF_CHECK_EQUAL(links.closed, (lines{"one"}));
  subject.set_map(test::slots_reply{{"one", "two"}}.map());
  CAF_CHECK_EQUAL(links.hosts.size(), 2U);
  say({"SET b 1"});
  at("one").on_up();
  CAF_CHECK_EQUAL(written("one"), (lines{"SCRIPT LOAD return 1", "SET b 1"}));
}

CAF_TEST(a slot that nobody has is waited for) {
  subject.set_map(slot_map{});
  news(bob);
  say({"SET b 1"});
  subject.wake();
  pass(1'990ms);
  CAF_CHECK_EQUAL(news(bob), lines{});
  pass(10ms);
  CAF_CHECK_EQUAL(news(bob), (lines{"SET b 1: UNREACHABLE"}));
  CAF_CHECK(!subject.server_of("b"));
}

CAF_TEST_FIXTURE_SCOPE_END()
