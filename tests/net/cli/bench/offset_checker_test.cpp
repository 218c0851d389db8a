#define CAF_SUITE offset_checker_test

#include "atrium/net/cli/bench/offset_checker.hpp"

#include <caf/test/unit_test.hpp>

using namespace atrium::bench;

CAF_TEST(messages_in_their_place_are_right) {
  offset_checker it{2};
  it.start(0, 7);
  it.start(1, 0);
  for (auto offset : {8U, 9U, 10U})
    it.pass(0, offset);
  it.pass(1, 1);
  CAF_CHECK_EQUAL(it.last(0), 10U);
  CAF_CHECK_EQUAL(it.last(1), 1U);
  it.resume(0, 10);
  it.pass(0, 11);
  CAF_CHECK_EQUAL(it.wrong(), 0U);
}

CAF_TEST(without_a_history_no_message_has_a_place) {
  offset_checker it{1};
  it.pass(0, 0);
  it.pass(0, 0);
  CAF_CHECK_EQUAL(it.wrong(), 0U);
  it.pass(0, 1);
  CAF_CHECK_EQUAL(it.wrong(), 1U);
}

CAF_TEST(a_hole_counts_once_and_a_repetition_each_time) {
  offset_checker it{1};
  it.start(0, 0);
  it.pass(0, 3);
  it.pass(0, 4);
  CAF_CHECK_EQUAL(it.wrong(), 1U);
  it.pass(0, 4);
  it.pass(0, 2);
  it.pass(0, 5);
  CAF_CHECK_EQUAL(it.wrong(), 3U);
  CAF_CHECK_EQUAL(it.last(0), 5U);
}

CAF_TEST(numbers_that_nobody_has_got_are_no_hole) {
  offset_checker it{1};
  it.start(0, 4);
  it.pass(0, {900, 4});
  it.pass(0, 901);
  CAF_CHECK_EQUAL(it.wrong(), 0U);
  it.pass(0, {2000, 902});
  CAF_CHECK_EQUAL(it.wrong(), 1U);
}

CAF_TEST(a_message_without_a_place_is_wrong_where_others_have_one) {
  offset_checker it{1};
  it.start(0, 4);
  it.pass(0, 0);
  CAF_CHECK_EQUAL(it.wrong(), 1U);
  it.pass(0, 5);
  CAF_CHECK_EQUAL(it.wrong(), 1U);
}

CAF_TEST(an_answer_from_another_place_is_wrong) {
  offset_checker it{1};
  it.start(0, 4);
  it.resume(0, 6);
  CAF_CHECK_EQUAL(it.wrong(), 1U);
  it.pass(0, 7);
  CAF_CHECK_EQUAL(it.wrong(), 1U);
}
