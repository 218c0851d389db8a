#define CAF_SUITE pending_survey_test

#include "atrium/actors/cluster/pending_survey.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

namespace {

using names = std::vector<std::string>;

node_row node(const std::string& name, const std::string& run, bool silent = false) {
  node_row result;
  result.report.node = name;
  result.report.run = run;
  result.silent = silent;
  return result;
}

survey_result::row answer(const std::string& name, const std::string& run,
                          const std::string& json = "1") {
  return {name, run, json};
}

} // namespace

CAF_TEST(all are asked until all who are there have answered) {
  pending_survey x{{}, "r1"};
  CAF_CHECK(x.add(answer("a", "r1")));
  CAF_CHECK(!x.is_complete()); // who else there is, is not known yet
  x.take(node_listing{{node("b", "r2"), node("a", "r1"), node("c", "r3", true)}, {}});
  CAF_CHECK(!x.is_complete());
  CAF_CHECK(x.add(answer("b", "r2", "22")));
  CAF_CHECK(x.is_complete());
  CAF_CHECK_EQUAL(x.bytes(), 3U);
  auto result = x.finish();
  CAF_REQUIRE_EQUAL(result.answers.size(), 2U);
  CAF_CHECK_EQUAL(result.answers[1].json, "22");
  CAF_CHECK_EQUAL(result.silent, names{"c"});
  CAF_CHECK_EQUAL(result.error, "");
}

CAF_TEST(the first answer of a run counts) {
  pending_survey x{{}, "r1"};
  CAF_CHECK(x.add(answer("a", "r1", "1")));
  CAF_CHECK(!x.add(answer("a", "r1", "22")));
  CAF_CHECK_EQUAL(x.bytes(), 1U);
  auto result = x.finish();
  CAF_CHECK_EQUAL(result.answers[0].json, "1");
}

CAF_TEST(the own node answers even when nobody can be asked) {
  pending_survey x{{}, "r1"};
  x.give_up_others();
  x.take(node_listing{{node("b", "r2")}, "out of date"});
  CAF_CHECK(!x.is_complete());
  x.add(answer("a", "r1"));
  CAF_CHECK(x.is_complete());
  auto result = x.finish();
  CAF_CHECK_EQUAL(result.silent, names{"b"});
  CAF_CHECK_EQUAL(result.error, "out of date; the bus has not taken the survey");
}

CAF_TEST(one who is asked alone needs no listing) {
  pending_survey x{"r2", "r1"};
  x.add(answer("b", "r2"));
  CAF_CHECK(x.is_complete());
  CAF_CHECK_EQUAL(x.finish().error, "");
  pending_survey late{"r2", "r1"};
  CAF_CHECK_EQUAL(late.finish().error, "the registry of nodes does not answer");
}

CAF_TEST(one who is asked alone and is not there ends the survey) {
  for (auto error : {"", "out of date"}) {
    pending_survey x{"r9", "r1"};
    x.take(node_listing{{node("b", "r2")}, error});
    CAF_CHECK_EQUAL(x.is_complete(), std::string{error}.empty());
    x.give_up_others();
    CAF_CHECK(x.is_complete());
    CAF_CHECK(x.finish().silent.empty());
  }
}

CAF_TEST(a silent run whose name has answered is not missing) {
  pending_survey x{{}, "r1"};
  x.add(answer("a", "r1"));
  x.take(node_listing{{node("a", "r0", true), node("a", "r1")}, {}});
  CAF_CHECK(x.is_complete());
  CAF_CHECK(x.finish().silent.empty());
}
