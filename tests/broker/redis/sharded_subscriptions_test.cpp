#define CAF_SUITE sharded_subscriptions_test

#include "caf/test/unit_test.hpp"
#include "support/tracker_fixture.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

struct fixture : tracker_fixture {
  fixture() : tracker_fixture(subscription_tracker::kind::sharded) {
    // nop
  }

  void held(std::string_view channel) {
    subject.want(channel);
    compose();
    confirm("ssubscribe", channel);
    events.clear();
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(sharded_subscriptions_tests, fixture)

CAF_TEST(a command has one channel since others may be in other slots) {
  held("x");
  for (auto channel : {"a", "b"})
    subject.want(channel);
  subject.unwant("x");
  CAF_CHECK_EQUAL(compose(), (lines{"SSUBSCRIBE a", "SSUBSCRIBE b", "SUNSUBSCRIBE x"}));
  CAF_CHECK(confirm("ssubscribe", "a") == verdict::ok);
  CAF_CHECK(confirm("ssubscribe", "b") == verdict::ok);
  CAF_CHECK(confirm("sunsubscribe", "x") == verdict::ok);
  CAF_CHECK_EQUAL(events, (lines{"ack a", "ack b"}));
  CAF_CHECK(subject.settled());
}

CAF_TEST(messages come by another word) {
  held("a");
  reply("smessage", "a", {resp_type::string, 0, "hi"});
  CAF_CHECK_EQUAL(events, lines{"message a: hi"});
}

CAF_TEST(a channel that the server ends without being asked has gone elsewhere) {
  held("a");
  held("b");
  CAF_CHECK(confirm("sunsubscribe", "a") == verdict::ok);
  CAF_CHECK_EQUAL(events, lines{"gone a: "});
  CAF_CHECK_EQUAL(subject.wanted(), 1u);
  CAF_CHECK_EQUAL(compose(), lines{});
  // Whoever wants it again asks anew.
  CAF_CHECK(!subject.want("a"));
  CAF_CHECK_EQUAL(compose(), lines{"SSUBSCRIBE a"});
}

CAF_TEST(a channel that ends while another one is asked for has gone as well) {
  held("a");
  subject.want("b");
  compose();
  confirm("sunsubscribe", "a");
  confirm("ssubscribe", "b");
  CAF_CHECK_EQUAL(events, (lines{"gone a: ", "ack b"}));
  CAF_CHECK(subject.idle());
}

CAF_TEST(a channel nobody wants any more cannot go) {
  held("a");
  subject.unwant("a");
  CAF_CHECK(confirm("sunsubscribe", "a") == verdict::ok);
  CAF_CHECK_EQUAL(events, lines{});
}

CAF_TEST(a channel that goes while it is unsubscribed is answered twice) {
  // Slots: a 15495, b 3300.
  held("a");
  subject.unwant("a");
  subject.want("b");
  CAF_CHECK_EQUAL(compose(), (lines{"SUNSUBSCRIBE a", "SSUBSCRIBE b"}));
  CAF_CHECK(confirm("sunsubscribe", "a") == verdict::ok); // unasked
  CAF_CHECK(refuse("MOVED 15495 127.0.0.1:7002") == verdict::ok);
  CAF_CHECK(confirm("ssubscribe", "b") == verdict::ok);
  CAF_CHECK_EQUAL(events, lines{"ack b"});
  CAF_CHECK(refuse("MOVED 15495 127.0.0.1:7002") == verdict::ok);
  CAF_CHECK(subject.settled());
}

CAF_TEST(a server that is the wrong one says which is right) {
  subject.want("a");
  subject.want("b");
  compose();
  CAF_CHECK(refuse("MOVED 15495 127.0.0.1:7002") == verdict::ok);
  CAF_CHECK(confirm("ssubscribe", "b") == verdict::ok);
  CAF_CHECK_EQUAL(events, (lines{"gone a: MOVED 15495 127.0.0.1:7002", "ack b"}));
  CAF_CHECK_EQUAL(subject.wanted(), 1u);
  CAF_CHECK(subject.settled());
}

CAF_TEST(a slot that nobody serves refuses its channels only) {
  held("a");
  subject.want("b");
  compose();
  CAF_CHECK(refuse("CLUSTERDOWN Hash slot not served") == verdict::ok);
  CAF_CHECK_EQUAL(events, lines{"refused b: CLUSTERDOWN Hash slot not served"});
  CAF_CHECK(refuse("LOADING Redis is loading the dataset in memory") == verdict::not_ready);
}

CAF_TEST_FIXTURE_SCOPE_END()
