#define CAF_SUITE sequence_checker_test

#include "atrium/net/cli/bench/sequence_checker.hpp"

#include <caf/test/unit_test.hpp>

#include <initializer_list>

using atrium::bench::sequence_checker;

namespace {

using verdict = sequence_checker::verdict;

/// What a single pair made of some sequences, of `published` in all.
sequence_checker::totals totals_of(std::initializer_list<std::uint32_t> sequences,
                                   std::uint32_t published) {
  sequence_checker x{1};
  for (auto sequence : sequences)
    x.record(0, sequence);
  x.settle(0, published);
  return x.result();
}

void check(const sequence_checker::totals& got, std::uint64_t received, std::uint64_t lost,
           std::uint64_t duplicated, std::uint64_t reordered) {
  CAF_CHECK_EQUAL(got.received, received);
  CAF_CHECK_EQUAL(got.lost, lost);
  CAF_CHECK_EQUAL(got.duplicated, duplicated);
  CAF_CHECK_EQUAL(got.reordered, reordered);
}

} // namespace

CAF_TEST(messages_in_order_are_all_well) {
  check(totals_of({1, 2, 3}, 3), 3, 0, 0, 0);
}

CAF_TEST(messages_are_lost_at_the_start_in_the_middle_and_at_the_end) {
  check(totals_of({2, 3}, 3), 2, 1, 0, 0);
  check(totals_of({1, 4}, 4), 2, 2, 0, 0);
  check(totals_of({1}, 5), 1, 4, 0, 0);
  check(totals_of({}, 5), 0, 5, 0, 0);
  check(totals_of({}, 0), 0, 0, 0, 0);
}

CAF_TEST(a_message_that_was_overtaken_is_reordered_and_not_lost) {
  check(totals_of({2, 1, 3}, 3), 3, 0, 0, 1);
  check(totals_of({4, 3, 2, 1}, 4), 4, 0, 0, 3);
}

CAF_TEST(a_second_delivery_is_a_duplicate) {
  check(totals_of({1, 1, 2, 2, 2}, 2), 2, 0, 3, 0);
}

CAF_TEST(an_overtaken_message_may_be_a_duplicate_too) {
  check(totals_of({3, 1, 1, 2, 2, 3}, 3), 3, 0, 3, 2);
}

CAF_TEST(late_messages_split_a_gap_anywhere) {
  check(totals_of({10, 5, 1, 9, 4, 6}, 10), 6, 4, 0, 5);
  check(totals_of({10, 5, 5, 1, 1, 9, 9}, 12), 4, 8, 3, 3);
}

CAF_TEST(a_record_says_what_the_delivery_was) {
  sequence_checker x{1};
  CAF_CHECK(x.record(0, 2) == verdict::in_order);
  CAF_CHECK(x.record(0, 1) == verdict::late);
  CAF_CHECK(x.record(0, 1) == verdict::duplicate);
}

CAF_TEST(pairs_do_not_mix) {
  sequence_checker x{3};
  x.record(0, 1);
  x.record(1, 3);
  x.record(2, 1);
  x.record(2, 1);
  x.settle(0, 1);
  x.settle(1, 3);
  x.settle(2, 2);
  check(x.result(), 3, 3, 1, 0);
}
