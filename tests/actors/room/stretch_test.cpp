#define CAF_SUITE stretch_test

#include "atrium/actors/room/stretch.hpp"

#include "caf/test/unit_test.hpp"
#include "support/log_model.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

using values = std::vector<int>;

struct fixture {
  log_model server;

  /// The next `count` messages.
  stretch next(int count) {
    stretch result;
    result.begin(server.top().offset);
    while (count-- > 0)
      result.add(server.append().content);
    return result;
  }

  static values in(const stretch& x) {
    values result;
    for (auto& one : x.messages)
      result.push_back(log_model::value_of(*one));
    return result;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(stretch_tests, fixture)

CAF_TEST(a part is behind one offset and up to another) {
  auto all = next(5);
  CAF_CHECK_EQUAL(in(all.part(1, 3)), (values{2, 3}));
  CAF_CHECK_EQUAL(all.part(1, 3).until, 3u);
  CAF_CHECK_EQUAL(all.part(1, 9).until, 5u);
  CAF_CHECK(in(all.part(5, 5)).empty());
}

CAF_TEST(a part has a bound) {
  auto all = next(5);
  auto one = all.messages[0]->size();
  CAF_CHECK_EQUAL(in(all.part(1, 5, 2)), (values{2, 3}));
  CAF_CHECK_EQUAL(all.part(1, 5, 2).until, 3u);
  CAF_CHECK_EQUAL(in(all.part(0, 5, 9, 2 * one)), (values{1, 2}));
  CAF_CHECK_EQUAL(in(all.part(0, 5, 9, 1)), (values{1})); // or nobody gets further
}

CAF_TEST(a part goes behind what could not be decoded) {
  auto all = next(3);
  all.until = 4;
  CAF_CHECK_EQUAL(all.part(1, 9).until, 4u);
  CAF_CHECK_EQUAL(all.part(1, 9, 2).until, 4u);
}

CAF_TEST(numbers that were left out are no place in it) {
  auto all = next(2);
  server.restart(1);
  all = next(2);
  auto last = server.top().offset;
  CAF_CHECK(all.has(1));
  CAF_CHECK(!all.has(2)); // was lost
  CAF_CHECK(all.has(last - 1));
  CAF_CHECK(all.has(last));
  CAF_CHECK(!all.has(last + 1));
}

CAF_TEST(what follows or overlaps is joined) {
  auto all = next(2);
  auto more = next(2);
  auto both = all;
  both.join(more);
  CAF_CHECK_EQUAL(in(both), (values{1, 2, 3, 4}));
  all.join(both);
  CAF_CHECK_EQUAL(in(all), (values{1, 2, 3, 4}));
  CAF_CHECK_EQUAL(all.bytes, both.bytes);
}

CAF_TEST(nothing is joined over a hole) {
  auto all = next(2);
  next(1);
  all.join(next(2));
  CAF_CHECK_EQUAL(in(all), (values{1, 2}));
  CAF_CHECK_EQUAL(all.until, 2u);
}

CAF_TEST(joining ends at a bound) {
  auto all = next(1);
  auto one = all.bytes;
  all.join(next(4), 3 * one);
  CAF_CHECK_EQUAL(in(all), (values{1, 2, 3}));
  CAF_CHECK_EQUAL(all.until, 3u);
}

CAF_TEST_FIXTURE_SCOPE_END()
