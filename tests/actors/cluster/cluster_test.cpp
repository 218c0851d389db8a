#define CAF_SUITE cluster_test

#include "atrium/actors/util/delivery_counters.hpp"

#include "support/cluster_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

struct fixture : cluster_fixture {
  int strangers = 0; // surveys that went to who was not asked
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(cluster_tests, fixture)

CAF_TEST(all nodes answer and nobody waits for the end of the patience) {
  ask({"room", "x"});
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(rows(), (lines{"a=\"a room x\"", "b=\"b room x\"", "c=\"c room x\""}));
  CAF_CHECK_EQUAL(told[0].silent, lines{});
  CAF_CHECK_EQUAL(told[0].error, "");
  pass(2s);
  CAF_CHECK_EQUAL(told.size(), 1U);
}

CAF_TEST(who knows nothing of the name says so) {
  ask({"room", "nobody"});
  CAF_CHECK_EQUAL(rows(), (lines{"a=-", "b=-", "c=-"}));
}

CAF_TEST(every cluster has the status of its nodes) {
  ask({"facts", ""});
  CAF_CHECK_EQUAL(rows(),
                  (lines{R"(a={"facts":"a"})", R"(b={"facts":"b"})", R"(c={"facts":"c"})"}));
}

CAF_TEST(the listing is that of the registry) {
  std::vector<node_listing> listed;
  at("b").subject->list([&](node_listing x) { listed.push_back(std::move(x)); });
  CAF_REQUIRE_EQUAL(listed.size(), 1U);
  CAF_CHECK_EQUAL(listed[0].nodes.size(), 3U);
}

CAF_TEST(who does not answer in time is named and its late answer ignored) {
  at("b").subject->answer_with(
    [this](const survey&, auto done) { at("b").kept.push_back(std::move(done)); });
  ask({"room", "x"});
  pass(999ms);
  CAF_CHECK(told.empty());
  pass(1ms);
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(rows(), (lines{"a=\"a room x\"", "c=\"c room x\""}));
  CAF_CHECK_EQUAL(told[0].silent, lines{"b"});
  at("b").kept.at(0)("1");
  sched.run();
  CAF_CHECK_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(counted("a").delivery_counts->malformed_packets.load(), 0U);
}

CAF_TEST(who is known to be silent is named and not waited for) {
  registry->add("d", "dr", true);
  ask({"room", "x"});
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(told[0].answers.size(), 3U);
  CAF_CHECK_EQUAL(told[0].silent, lines{"d"});
}

CAF_TEST(a node that was started again is not missing) {
  registry->add("b", "older", true);
  ask({"room", "x"});
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(told[0].silent, lines{});
}

CAF_TEST(of two nodes of one name the one without an answer is missed) {
  registry->add("b", "twin");
  ask({"room", "x"});
  CAF_CHECK(told.empty());
  pass(1s);
  CAF_CHECK_EQUAL(told.at(0).answers.size(), 3U);
  CAF_CHECK_EQUAL(told[0].silent, lines{"b"});
}

CAF_TEST(a node that the registry does not know yet is heard) {
  std::erase_if(registry->listing.nodes, [](auto& x) { return x.report.node == "b"; });
  registry->answers = false;
  ask({"room", "x"});
  CAF_CHECK(told.empty());
  registry->waiting.at(0)(registry->listing);
  sched.run();
  CAF_CHECK_EQUAL(told.at(0).answers.size(), 3U);
}

CAF_TEST(one node is asked and the others hear nothing of it) {
  at("c").subject->answer_with([this](const survey&, const auto&) { ++strangers; });
  survey_one("br", {"room", "x"});
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(rows(), lines{"b=\"b room x\""});
  CAF_CHECK_EQUAL(told[0].silent, lines{});
  CAF_CHECK_EQUAL(told[0].error, "");
  survey_one("ar", {"room", "x"});
  CAF_REQUIRE_EQUAL(told.size(), 2U);
  CAF_CHECK_EQUAL(rows(), lines{"a=\"a room x\""});
  CAF_CHECK_EQUAL(strangers, 0);
}

CAF_TEST(a node that does not exist is not waited for) {
  survey_one("nobody", {"room", "x"});
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(rows(), lines{});
  CAF_CHECK_EQUAL(told[0].silent, lines{});
  registry->add("d", "dr", true);
  survey_one("dr", {"room", "x"});
  CAF_REQUIRE_EQUAL(told.size(), 2U);
  CAF_CHECK_EQUAL(told[1].silent, lines{"d"});
}

CAF_TEST(one node that hangs is waited for and named) {
  at("b").subject->answer_with(
    [this](const survey&, auto done) { at("b").kept.push_back(std::move(done)); });
  survey_one("br", {"room", "x"});
  CAF_CHECK(told.empty());
  pass(1s);
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(told[0].silent, lines{"b"});
}

CAF_TEST(a registry that may be out of date does not say that a node is not there) {
  registry->listing.error = "Redis is down";
  survey_one("nobody", {"room", "x"});
  CAF_CHECK(told.empty());
  pass(1s);
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(told[0].error, "Redis is down");
}

CAF_TEST(without a bus this node answers at once and says what is wrong) {
  wire->stop();
  registry->listing.error = "Redis is down";
  ask({"room", "x"});
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(rows(), lines{"a=\"a room x\""});
  CAF_CHECK_EQUAL(told[0].silent, (lines{"b", "c"}));
  CAF_CHECK_EQUAL(told[0].error, "Redis is down; the bus has not taken the survey");
}

CAF_TEST(without a registry there are answers all the same) {
  registry->answers = false;
  ask({"room", "x"});
  CAF_CHECK(told.empty());
  pass(1s);
  CAF_CHECK_EQUAL(told.at(0).answers.size(), 3U);
  CAF_CHECK_EQUAL(told[0].error, "the registry of nodes does not answer");
}

CAF_TEST(a responder that throws costs its answer only) {
  ask({"room", "throw"});
  auto defect = R"(={"error":"internal"})";
  CAF_CHECK_EQUAL(rows(), (lines{std::string{"a"} + defect, std::string{"b"} + defect,
                                 std::string{"c"} + defect}));
  ask({"room", "x"});
  CAF_CHECK_EQUAL(told.at(1).answers.size(), 3U);
}

CAF_TEST(who asks and throws harms nobody) {
  at("a").subject->survey_all({"room", "x"},
                              [](const survey_result&) { throw std::runtime_error{"a defect"}; });
  sched.run();
  ask({"room", "x"});
  CAF_CHECK_EQUAL(told.size(), 1U);
}

CAF_TEST(a node that stops tells who still waits and who comes later) {
  ask({"room", "later"});
  at("a").subject->stop();
  sched.run();
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(told[0].error, "the node stops");
  ask({"room", "x"});
  CAF_REQUIRE_EQUAL(told.size(), 2U);
  CAF_CHECK_EQUAL(told[1].error, "the node stops");
  for (auto& done : at("a").kept)
    done("1");
  pass(2s);
  CAF_CHECK_EQUAL(told.size(), 2U);
}

CAF_TEST(a survey that the node never got to is answered as well) {
  at("a").subject->stop();
  CAF_CHECK(told.empty());
  ask({"room", "x"}); // waits behind the stop
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(told[0].error, "the node stops");
}

CAF_TEST_FIXTURE_SCOPE_END()
