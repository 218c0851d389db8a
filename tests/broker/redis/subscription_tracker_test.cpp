#define CAF_SUITE subscription_tracker_test

#include "caf/test/unit_test.hpp"
#include "support/tracker_fixture.hpp"

#include <algorithm>
using namespace atrium;
using namespace atrium::test;

namespace {

struct fixture : tracker_fixture {};

} // namespace

CAF_TEST_FIXTURE_SCOPE(subscription_tracker_tests, fixture)

CAF_TEST(a wanted channel is subscribed and acknowledged) {
  CAF_CHECK(!subject.want("a"));
  CAF_CHECK(!subject.settled());
  CAF_CHECK_EQUAL(compose(), lines{"SUBSCRIBE a"});
  CAF_CHECK(!subject.idle());
  CAF_CHECK(confirm("subscribe", "a") == verdict::ok);
  CAF_CHECK_EQUAL(events, lines{"ack a"});
  CAF_CHECK(subject.idle() && subject.settled());
  CAF_CHECK_EQUAL(compose(), lines{});
}

CAF_TEST(channels that are due at once share a command) {
  subscribed("x");
  subscribed("y");
  for (auto channel : {"a", "b", "c"})
    subject.want(channel);
  subject.unwant("x");
  subject.unwant("y");
  CAF_CHECK_EQUAL(compose(), (lines{"SUBSCRIBE a b c", "UNSUBSCRIBE x y"}));
  for (auto channel : {"a", "b", "c"})
    confirm("subscribe", channel);
  for (auto channel : {"x", "y"})
    confirm("unsubscribe", channel);
  CAF_CHECK_EQUAL(events, (lines{"ack a", "ack b", "ack c"}));
  CAF_CHECK(subject.settled());
}

CAF_TEST(a channel that is wanted again at once stays subscribed) {
  subscribed("a");
  subject.unwant("a");
  CAF_CHECK(subject.want("a"));
  CAF_CHECK_EQUAL(compose(), lines{});
  CAF_CHECK(subject.settled());
}

CAF_TEST(a channel that is unwanted at once is never asked for) {
  subject.want("a");
  subject.unwant("a");
  CAF_CHECK_EQUAL(compose(), lines{});
  CAF_CHECK_EQUAL(subject.wanted(), 0u);
}

CAF_TEST(only the last answer of a race counts) {
  subject.want("a");
  compose();
  subject.unwant("a");
  CAF_CHECK_EQUAL(compose(), lines{"UNSUBSCRIBE a"});
  CAF_CHECK(!subject.want("a"));
  CAF_CHECK_EQUAL(compose(), lines{"SUBSCRIBE a"});
  confirm("subscribe", "a");
  confirm("unsubscribe", "a");
  CAF_CHECK_EQUAL(events, lines{});
  confirm("subscribe", "a");
  CAF_CHECK_EQUAL(events, lines{"ack a"});
}

CAF_TEST(a channel unwanted while the answer is on its way is left) {
  subject.want("a");
  compose();
  subject.unwant("a");
  confirm("subscribe", "a");
  CAF_CHECK_EQUAL(events, lines{});
  CAF_CHECK_EQUAL(compose(), lines{"UNSUBSCRIBE a"});
  confirm("unsubscribe", "a");
  CAF_CHECK(subject.settled());
}

CAF_TEST(a change of mind before the answer costs no command) {
  subject.want("a");
  compose();
  subject.unwant("a");
  CAF_CHECK(!subject.want("a"));
  CAF_CHECK_EQUAL(compose(), lines{});
  confirm("subscribe", "a");
  CAF_CHECK_EQUAL(events, lines{"ack a"});
}

CAF_TEST(a refused batch is asked for one by one) {
  for (auto channel : {"a", "b", "c"})
    subject.want(channel);
  compose();
  CAF_CHECK(refuse("NOPERM no") == verdict::ok);
  CAF_CHECK_EQUAL(compose(), (lines{"SUBSCRIBE a", "SUBSCRIBE b", "SUBSCRIBE c"}));
  confirm("subscribe", "a");
  refuse("NOPERM no");
  confirm("subscribe", "c");
  CAF_CHECK_EQUAL(events, (lines{"ack a", "refused b: NOPERM no", "ack c"}));
  CAF_CHECK_EQUAL(subject.wanted(), 2u);
  CAF_CHECK(subject.settled());
}

CAF_TEST(a refused channel may be wanted again) {
  subject.want("a");
  compose();
  refuse("NOPERM no");
  CAF_CHECK_EQUAL(compose(), lines{});
  subject.want("a");
  CAF_CHECK_EQUAL(compose(), lines{"SUBSCRIBE a"});
  confirm("subscribe", "a");
  CAF_CHECK_EQUAL(events, (lines{"refused a: NOPERM no", "ack a"}));
}

CAF_TEST(a refused channel that nobody wants any more is dropped silently) {
  subject.want("a");
  subject.want("b");
  compose();
  subject.unwant("b");
  refuse("NOPERM no");
  CAF_CHECK_EQUAL(compose(), lines{"SUBSCRIBE a"});
  CAF_CHECK_EQUAL(events, lines{});
}

CAF_TEST(a refused unsubscribe refuses nobody) {
  subscribed("a");
  subject.unwant("a");
  compose();
  subject.want("a");
  refuse("NOPERM no");
  CAF_CHECK_EQUAL(compose(), lines{"SUBSCRIBE a"});
  confirm("subscribe", "a");
  CAF_CHECK_EQUAL(events, lines{"ack a"});
}

CAF_TEST(all that is wanted is subscribed again after a loss) {
  subscribed("a");
  subscribed("b");
  subject.want("c");
  compose();
  subject.unwant("b");
  compose();
  subject.on_lost();
  CAF_CHECK(subject.idle() && !subject.settled());
  auto commands = compose();
  CAF_REQUIRE_EQUAL(commands.size(), 1u);
  CAF_CHECK(commands[0] == "SUBSCRIBE a c" || commands[0] == "SUBSCRIBE c a");
}

CAF_TEST(what comes and goes during an outage leaves nothing behind) {
  for (int i = 0; i < 1'000; ++i) {
    subject.want(std::to_string(i));
    subject.unwant(std::to_string(i));
  }
  CAF_CHECK(subject.settled());
  CAF_CHECK_EQUAL(compose(), lines{});
}

CAF_TEST(a command has at most a batch of channels) {
  for (int i = 0; i < 1'200; ++i)
    subject.want(std::to_string(i));
  std::vector<long> sizes;
  for (auto& command : compose())
    sizes.push_back(std::count(command.begin(), command.end(), ' '));
  CAF_CHECK_EQUAL(sizes, (std::vector<long>{512, 512, 176}));
}

CAF_TEST(messages pass through whatever else is under way) {
  subscribed("a");
  subject.want("b");
  compose();
  CAF_CHECK(message("a", "hi") == verdict::ok);
  confirm("subscribe", "b");
  CAF_CHECK_EQUAL(events, (lines{"message a: hi", "ack b"}));
}

CAF_TEST(a server that is not ready refuses nothing) {
  subject.want("a");
  compose();
  for (auto text : {"LOADING data", "BUSY script", "MASTERDOWN link"})
    CAF_CHECK(refuse(text) == verdict::not_ready);
  CAF_CHECK_EQUAL(events, lines{});
}

CAF_TEST(answers that fit no command are noticed) {
  CAF_CHECK(confirm("subscribe", "a") == verdict::confused);
  CAF_CHECK(refuse("ERR what") == verdict::confused);
  subject.want("a");
  compose();
  CAF_CHECK(confirm("subscribe", "b") == verdict::confused);
  CAF_CHECK(confirm("unsubscribe", "a") == verdict::confused);
  resp_node pong{resp_type::status, 0, "PONG"};
  CAF_CHECK(subject.on_reply({&pong, 1}) == verdict::confused);
}

CAF_TEST_FIXTURE_SCOPE_END()
