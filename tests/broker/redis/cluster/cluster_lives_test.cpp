#define CAF_SUITE cluster_lives_test

#include "atrium/broker/redis/cluster/cluster_pipeline.hpp"

#include "caf/test/unit_test.hpp"
#include "support/hub_world.hpp"

using namespace atrium;
using namespace std::chrono_literals;

// A call of a script is told for which life of which server it is, and must not
// reach another one.

namespace {

// The keys b and c belong to the server "one", a and foo to "two".
struct fixture : test::hub_fixture {
  fixture() {
    subject.add(ann, {"return 1", "publish_refused", "ann is refused"});
    subject.add(bob, {{}, "publish_refused", "bob is refused", true});
    trust();
  }

  void lose(const std::string& host) {
    at(host).on_down({}, "End of file");
  }

  // What that server is told, but for scripts.
  lines told(const std::string& host) {
    auto all = written(host);
    std::erase_if(all, [](auto& x) { return x.starts_with("SCRIPT LOAD"); });
    return all;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(cluster_lives_tests, fixture)

CAF_TEST(a call that has waited for a server to come back is composed anew) {
  lose("one");
  bob.say("EVALSHA s 1 b 1");
  bob.say("SET b 2");
  subject.wake();
  at("one").on_up();
  CAF_CHECK_EQUAL(told("one"), lines{"SET b 2"});
  CAF_CHECK_EQUAL(news(bob), (lines{"up", "EVALSHA s 1 b 1: NOSCRIPT"}));
  answer("one", "sha"); // of the script that is loaded first
  answer("one", "OK");
  bob.say("EVALSHA s 1 b 1");
  CAF_CHECK_EQUAL(told("one"), lines{"EVALSHA s 1 b 1"});
}

CAF_TEST(a call that was sent to the wrong server is composed anew) {
  bob.say("EVALSHA s 1 b 1");
  CAF_CHECK_EQUAL(told("one"), lines{"EVALSHA s 1 b 1"});
  refuse("one", "MOVED 3300 two:6379");
  CAF_CHECK_EQUAL(told("two"), lines{});
  CAF_CHECK_EQUAL(news(bob), lines{"EVALSHA s 1 b 1: NOSCRIPT"});
  bob.say("EVALSHA s 1 b 1");
  CAF_CHECK_EQUAL(told("two"), lines{"EVALSHA s 1 b 1"});
}

CAF_TEST(a call for a key that is on its way goes as it is) {
  bob.say("EVALSHA s 1 b 1");
  told("one");
  refuse("one", "ASK 3300 two:6379");
  CAF_CHECK_EQUAL(told("two"), (lines{"ASKING", "EVALSHA s 1 b 1"}));
}

CAF_TEST(calls in order hear of it in order) {
  ann.say("EVALSHA s 1 a 1");
  lose("one");
  ann.say("EVALSHA s 1 b 2");
  ann.say("EVALSHA s 1 a 3");
  CAF_CHECK_EQUAL(told("two").size(), 2U);
  answer("two", "A");
  at("one").on_up();
  told("one");
  answer("two", "A");
  auto heard = news(ann);
  std::erase_if(heard, [](auto& x) { return !x.starts_with("EVALSHA"); });
  CAF_CHECK_EQUAL(heard,
                  (lines{"EVALSHA s 1 a 1: A", "EVALSHA s 1 b 2: NOSCRIPT", "EVALSHA s 1 a 3: A"}));
}

CAF_TEST(callers hear when another server has a slot) {
  subject.set_map(test::slots_reply{{"one", "two"}}.map());
  CAF_CHECK_EQUAL(news(bob), lines{});
  subject.set_map(test::slots_reply{{"two", "one"}}.map());
  CAF_CHECK_EQUAL(news(bob), lines{"up"});
}

CAF_TEST(callers hear of a map that only confirms what a server has said) {
  bob.say("SET b 1");
  told("one");
  refuse("one", "MOVED 3300 two:6379");
  told("two");
  answer("two", "OK");
  news(bob);
  subject.set_map(test::slots_reply{{"one", "two"}}.map());
  CAF_CHECK_EQUAL(news(bob), lines{"up"});
}

CAF_TEST_FIXTURE_SCOPE_END()
