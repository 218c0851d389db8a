#define CAF_SUITE word_draft_test

#include "atrium/actors/owner/word_draft.hpp"

#include "caf/test/unit_test.hpp"
#include "support/saved_fields.hpp"

#include <memory>
#include <string>
#include <utility>

using namespace atrium;
using namespace atrium::test;

namespace {

using fields = saved_fields::fields;
using kind = room_note::kind;

room_packet packet(const std::string& text, bool is_kept = false) {
  return {std::make_shared<const std::string>(text), is_kept};
}

room_note note(const std::string& text) {
  return {kind::told, {}, errc::none, text, std::string(1, '1')};
}

struct fixture {
  word_draft subject;
  saved_fields saved;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(word_draft_tests, fixture)

CAF_TEST(notes come first and messages in their order) {
  subject.add(packet("p1", true));
  subject.add(note("ar-1"));
  subject.add(packet("p2"));
  subject.add(note("ar-2"));
  CAF_CHECK(!subject.is_silent());
  auto word = subject.finish(7);
  CAF_REQUIRE_EQUAL(word.packets.size(), 3U);
  auto notes = decode_notes(*word.packets[0].bytes);
  CAF_REQUIRE(notes);
  CAF_CHECK_EQUAL(notes->token, 7U);
  CAF_REQUIRE_EQUAL(notes->notes.size(), 2U);
  CAF_CHECK_EQUAL(notes->notes[0].text, "ar-1");
  CAF_CHECK_EQUAL(notes->notes[1].text, "ar-2");
  CAF_CHECK(!word.packets[0].is_kept);
  CAF_CHECK_EQUAL(*word.packets[1].bytes, "p1");
  CAF_CHECK(word.packets[1].is_kept);
  CAF_CHECK_EQUAL(*word.packets[2].bytes, "p2");
  CAF_CHECK(!word.packets[2].is_kept);
}

CAF_TEST(what was taken last is in front and said once and the end is the end) {
  subject.add({kind::failed});
  subject.add(note("ar-1"));
  for (std::uint64_t number : {5U, 6U})
    subject.say_here({"ar", 1, number});
  subject.say_here({"br", 2, 9});
  CAF_CHECK(!subject.is_silent());
  auto word = subject.finish(7);
  CAF_REQUIRE_EQUAL(word.packets.size(), 1U);
  auto all = decode_notes(*word.packets[0].bytes);
  CAF_REQUIRE(all && all->notes.size() == 4);
  CAF_CHECK(all->notes[0].to == (request_mark{"ar", 1, 6}));
  CAF_CHECK(all->notes[1].to == (request_mark{"br", 2, 9}));
  CAF_CHECK(all->notes[1].what == kind::here);
  CAF_CHECK(all->notes[2].what == kind::told);
  CAF_CHECK(all->notes[3].what == kind::failed);
  CAF_CHECK(subject.is_empty());
}

CAF_TEST(without notes there is no packet of them) {
  subject.add(packet("p1"));
  CAF_CHECK_EQUAL(subject.finish(1).packets.size(), 1U);
  subject.change("a", std::string{"1"});
  CAF_CHECK(subject.is_silent());
  CAF_CHECK(!subject.is_empty());
  CAF_CHECK(subject.finish(1).packets.empty());
}

CAF_TEST(it is empty when it has become a word) {
  CAF_CHECK(subject.is_empty());
  subject.add(packet("12345"));
  subject.add(note("ab"));
  subject.change("a", std::string{"1"});
  CAF_CHECK_EQUAL(subject.bytes(), 8U);
  subject.finish(1);
  CAF_CHECK(subject.is_empty());
  CAF_CHECK(subject.is_silent());
  CAF_CHECK_EQUAL(subject.bytes(), 0U);
  auto next = subject.finish(1);
  CAF_CHECK(next.packets.empty());
  CAF_CHECK(next.changes.empty());
}

CAF_TEST(the last value of a field counts) {
  subject.change("a", std::string{"1"});
  subject.change("b", std::string{"1"});
  subject.change("a", std::string{"2"});
  subject.drop("b");
  CAF_CHECK_EQUAL(saved.take(subject), (fields{{"a", "2"}, {"b", "-"}}));
  subject.drop("a");
  subject.change("a", std::string{});
  CAF_CHECK_EQUAL(saved.take(subject), (fields{{"a", ""}}));
}

CAF_TEST(it knows how many fields there are) {
  subject.note("a");
  subject.note("b");
  CAF_CHECK(subject.is_empty());
  CAF_CHECK_EQUAL(subject.fields(), 2U);
  subject.change("b", std::string{"1"});
  subject.change("c", std::string{"1"});
  subject.drop("a");
  subject.drop("x");
  CAF_CHECK_EQUAL(subject.fields(), 2U);
  subject.finish(1);
  CAF_CHECK_EQUAL(subject.fields(), 2U);
}

CAF_TEST(the whole state goes with what was about to be saved) {
  subject.note("a");
  subject.change("b", std::string{"1"});
  subject.finish(1);
  subject.change("c", std::string{"1"});
  subject.drop_all();
  CAF_CHECK_EQUAL(saved.take(subject), (fields{{"a", "-"}, {"b", "-"}, {"c", "-"}}));
  CAF_CHECK_EQUAL(subject.fields(), 0U);
  subject.drop_all();
  CAF_CHECK(subject.is_empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
