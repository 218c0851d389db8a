#define CAF_SUITE recent_events_test

#include "atrium/actors/owner/recent_events.hpp"

#include "caf/test/unit_test.hpp"
#include "support/saved_fields.hpp"

#include <string>

using namespace atrium;
using namespace atrium::test;

namespace {

struct fixture {
  void add(std::size_t from, std::size_t to) {
    for (auto i = from; i < to; ++i)
      subject.add("e" + std::to_string(i), out);
  }

  word_draft out;
  saved_fields saved;
  recent_events subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(recent_events_tests, fixture)

CAF_TEST(an id is known and saved once) {
  CAF_CHECK(!subject.contains("e1"));
  add(1, 2);
  CAF_CHECK(subject.contains("e1"));
  CAF_CHECK_EQUAL(saved.take(out), (saved_fields::fields{{"e:e1", "1"}}));
  add(1, 2);
  CAF_CHECK(out.is_empty());
}

CAF_TEST(the oldest is forgotten when there are too many) {
  add(0, recent_events::most);
  CAF_CHECK(subject.contains("e0"));
  saved.take(out);
  add(recent_events::most, recent_events::most + 1);
  CAF_CHECK(!subject.contains("e0"));
  CAF_CHECK(subject.contains("e1"));
  auto changed = saved.take(out);
  CAF_CHECK_EQUAL(changed.size(), 2U);
  CAF_CHECK_EQUAL(changed["e:e0"], "-");
  CAF_CHECK_EQUAL(saved.all().size(), recent_events::most);
}

// 9 is before 10, whatever the order of their fields.
CAF_TEST(the next owner forgets in the same order) {
  add(0, recent_events::most);
  saved.take(out);
  for (auto is_reversed : {false, true}) {
    recent_events next;
    CAF_CHECK_EQUAL(saved.restore(next, is_reversed), 0U);
    for (std::size_t i = 0; i < 12; ++i) {
      CAF_CHECK(next.contains("e" + std::to_string(i)));
      next.add("new" + std::to_string(i), out);
      CAF_CHECK(!next.contains("e" + std::to_string(i)));
    }
    CAF_CHECK(next.contains("e12"));
    CAF_CHECK(next.contains("e" + std::to_string(recent_events::most - 1)));
    out.finish(1);
  }
}

CAF_TEST(fields of others are none of these) {
  for (auto* field : {"logic", "w:ar", "m:ar-1", "", "e"})
    CAF_CHECK(!subject.restore(field, "1"));
  CAF_CHECK(subject.restore("e:odd", "x"));
  add(1, 3); // goes on
  CAF_CHECK(subject.contains("e1"));
  CAF_CHECK(subject.contains("e2"));
}

CAF_TEST_FIXTURE_SCOPE_END()
