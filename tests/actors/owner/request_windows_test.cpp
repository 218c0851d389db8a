#define CAF_SUITE request_windows_test

#include "atrium/actors/owner/request_windows.hpp"

#include "caf/test/unit_test.hpp"
#include "support/saved_fields.hpp"

#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;

namespace {

using place = request_windows::place;
using fields = saved_fields::fields;
using kind = room_note::kind;

constexpr std::uint64_t stream = 4;

request_mark mark(std::uint64_t number, const std::string& run = "ar",
                  std::uint64_t of_stream = stream) {
  return {run, of_stream, number};
}

struct fixture {
  fixture() {
    subject.begin(mark(1), out);
  }

  void take(std::uint64_t number, const std::string& run = "ar") {
    subject.take(mark(number, run), out);
  }

  void answer(std::uint64_t number, const std::string& text) {
    room_note x{kind::published, mark(number)};
    x.text = text;
    subject.answer(x, out);
  }

  fields save() {
    return saved.take(out);
  }

  /// What the next owner has, whatever the order of the fields.
  request_windows restored(bool is_reversed = false) const {
    request_windows result;
    CAF_CHECK_EQUAL(saved.restore(result, is_reversed), 0U);
    return result;
  }

  /// Returns the text of an answer; `-`: there is none.
  static std::string answer_of(const request_windows& x, std::uint64_t number) {
    auto known = x.answer_to(mark(number));
    return known ? known->text : "-";
  }

  word_draft out;
  saved_fields saved;
  request_windows subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(request_windows_tests, fixture)

CAF_TEST(each number has its turn once) {
  CAF_CHECK(subject.find(mark(1)) == place::next);
  CAF_CHECK(subject.find(mark(2)) == place::early);
  take(1);
  CAF_CHECK(subject.find(mark(1)) == place::repeated);
  CAF_CHECK(subject.find(mark(2)) == place::next);
  CAF_CHECK(subject.find(mark(3)) == place::early);
  CAF_CHECK_EQUAL(subject.last(mark(9)), 1U);
}

CAF_TEST(streams and runs that are not known are strange) {
  CAF_CHECK(subject.find(mark(1, "br")) == place::strange);
  CAF_CHECK(subject.find(mark(1, "ar", stream + 1)) == place::strange);
  CAF_CHECK_EQUAL(subject.last(mark(1, "ar", stream + 1)), 0U);
  CAF_CHECK(!subject.answer_to(mark(1, "br")));
  room_note x{kind::accepted, mark(1, "br")};
  subject.answer(x, out);
  subject.acknowledge(mark(9, "br"), out);
  CAF_CHECK(out.is_empty());
}

CAF_TEST(streams of a run get newer) {
  take(1);
  CAF_CHECK(!subject.is_newer(mark(1)));
  CAF_CHECK(!subject.is_newer(mark(1, "ar", stream - 1)));
  CAF_CHECK(subject.is_newer(mark(1, "ar", stream + 1)));
  CAF_CHECK(subject.is_newer(mark(1, "br", 1)));
}

CAF_TEST(an answer is there until it is acknowledged) {
  take(1);
  take(2);
  CAF_CHECK(!subject.answer_to(mark(1)));
  answer(1, "e1");
  answer(2, "e2");
  CAF_CHECK_EQUAL(answer_of(subject, 1), "e1");
  CAF_CHECK(subject.answer_to(mark(2))->to == mark(2));
  subject.acknowledge(mark(2), out);
  CAF_CHECK_EQUAL(answer_of(subject, 1), "-");
  CAF_CHECK_EQUAL(answer_of(subject, 2), "e2");
  save();
  CAF_CHECK_EQUAL(saved.all().count("a:ar.1"), 0U);
  CAF_CHECK_EQUAL(saved.all().count("a:ar.2"), 1U);
  subject.acknowledge(mark(2), out); // nothing new
  CAF_CHECK(out.is_empty());
}

CAF_TEST(only what is taken and not acknowledged has an answer) {
  answer(1, "e1");
  CAF_CHECK_EQUAL(answer_of(subject, 1), "-");
  take(1);
  subject.acknowledge(mark(2), out);
  save();
  answer(1, "late");
  CAF_CHECK(out.is_empty());
}

CAF_TEST(only what has changed is saved) {
  take(1);
  save();
  take(2);
  answer(2, "e2");
  auto changed = save();
  CAF_CHECK_EQUAL(changed.size(), 2U);
  CAF_CHECK_EQUAL(changed["w:ar"], "4 2");
  CAF_CHECK_EQUAL(changed.count("a:ar.2"), 1U);
}

CAF_TEST(another stream takes the place of the one before) {
  take(1);
  answer(1, "e1");
  take(2);
  save();
  subject.begin(mark(1, "ar", stream + 1), out);
  CAF_CHECK(subject.find(mark(3)) == place::strange);
  CAF_CHECK(subject.find(mark(1, "ar", stream + 1)) == place::next);
  CAF_CHECK(!subject.answer_to(mark(1, "ar", stream + 1)));
  save();
  CAF_CHECK_EQUAL(saved.all(), fields{}); // nothing is taken yet
  subject.take(mark(1, "ar", stream + 1), out);
  save();
  CAF_CHECK_EQUAL(saved.all(), (fields{{"w:ar", "5 1"}, {"a:ar.1", ""}}));
}

CAF_TEST(a run that is gone leaves nothing) {
  subject.begin(mark(1, "br"), out);
  take(1);
  take(1, "br");
  answer(1, "e1");
  save();
  subject.drop("ar", out);
  save();
  CAF_CHECK_EQUAL(saved.all(), (fields{{"w:br", "4 1"}, {"a:br.1", ""}}));
  CAF_CHECK_EQUAL(subject.size(), 1U);
  CAF_CHECK_EQUAL(subject.runs(), std::vector<std::string>{"br"});
  subject.drop("ar", out);
  CAF_CHECK(out.is_empty());
}

// -- what the next owner has -------------------------------------------------------

CAF_TEST(the next owner knows what was taken) {
  subject.begin(mark(1, "br"), out);
  for (auto number : {1U, 2U, 3U})
    take(number);
  take(1, "br");
  answer(2, "e2");
  subject.acknowledge(mark(2), out);
  save();
  for (auto is_reversed : {false, true}) {
    auto next = restored(is_reversed);
    CAF_CHECK(next.find(mark(3)) == place::repeated);
    CAF_CHECK(next.find(mark(4)) == place::next);
    CAF_CHECK(next.find(mark(2, "br")) == place::next);
    CAF_CHECK_EQUAL(answer_of(next, 2), "e2");
    CAF_CHECK_EQUAL(answer_of(next, 3), "-");
    CAF_CHECK_EQUAL(next.runs(), (std::vector<std::string>{"ar", "br"}));
    CAF_CHECK(next.mark_of("ar") == mark(3));
    auto open = next.unanswered();
    CAF_REQUIRE_EQUAL(open.size(), 2U);
    CAF_CHECK(open[0] == mark(3));
    CAF_CHECK(open[1] == mark(1, "br"));
  }
}

CAF_TEST(all kinds of answers come back as they were) {
  std::vector<room_note> all{{kind::accepted, mark(1)},
                             {kind::published, mark(2), errc::none, "e-2"},
                             {kind::refused, mark(3), errc::room_refused, "no\n"},
                             {kind::answered, mark(4), errc::none, {}, R"({"a":[1]})"}};
  for (auto& x : all) {
    take(x.to.number);
    subject.answer(x, out);
  }
  save();
  auto next = restored();
  CAF_CHECK_EQUAL(next.unanswered().size(), 0U);
  for (auto& x : all) {
    auto found = next.answer_to(x.to);
    CAF_REQUIRE(found);
    CAF_CHECK(found->what == x.what);
    CAF_CHECK(found->to == x.to);
    CAF_CHECK(found->code == x.code);
    CAF_CHECK_EQUAL(found->text, x.text);
    CAF_CHECK_EQUAL(found->data, x.data);
  }
}

CAF_TEST(fields of others are none of these and what is broken is not known) {
  request_windows next;
  for (auto* field : {"logic", "timers", "m:ar-1", "e:x", "", "w", "a"})
    CAF_CHECK(!next.restore(field, "4 1"));
  for (auto* value : {"", "4", "4 ", " 1", "4 1 ", "x 1", "4 -1", "4 99999999999999999999"})
    CAF_CHECK(next.restore("w:ar", value));
  for (auto* field : {"a:ar", "a:ar.", "a:ar.x", "a:"})
    CAF_CHECK(next.restore(field, ""));
  CAF_CHECK_EQUAL(next.size(), 0U);
}

CAF_TEST_FIXTURE_SCOPE_END()
