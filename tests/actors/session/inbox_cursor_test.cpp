#define CAF_SUITE inbox_cursor_test

#include "atrium/actors/session/inbox_cursor.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

namespace {

inbox_page page(std::vector<std::string> ids, std::string top, bool has_more = false) {
  inbox_page result{errc::none, {}, has_more, std::move(top)};
  for (auto& id : ids)
    result.messages.push_back({std::move(id), nullptr});
  return result;
}

/// Has the page through; returns how many of its messages are for the client.
std::size_t read(inbox_cursor& x, const inbox_page& what) {
  x.asked();
  std::size_t result = 0;
  for (auto& one : what.messages)
    result += x.pass(one.id) ? 1 : 0;
  x.finish(what);
  return result;
}

} // namespace

CAF_TEST(a newcomer reads from the cursor of the device) {
  inbox_cursor x;
  CAF_CHECK(x.is_due());
  CAF_CHECK_EQUAL(x.sent(), "");
  CAF_CHECK_EQUAL(read(x, page({"5-0", "7-0"}, "9-0", true)), 2U);
  CAF_CHECK(x.is_due());
  CAF_CHECK_EQUAL(x.sent(), "7-0");
  CAF_CHECK_EQUAL(read(x, page({"8-0", "9-0"}, "9-0")), 2U);
  CAF_CHECK(!x.is_due());
  CAF_CHECK(!x.is_behind());
}

CAF_TEST(what comes next by the bus goes on at once) {
  inbox_cursor x;
  read(x, page({}, "0-0"));
  CAF_CHECK(x.offer("4-0", "0-0"));
  CAF_CHECK(x.offer("4-1", "4-0"));
  CAF_CHECK_EQUAL(x.sent(), "4-1");
}

CAF_TEST(ids are compared number by number) {
  inbox_cursor x;
  read(x, page({"9-9"}, "9-9"));
  CAF_CHECK(x.offer("9-10", "9-9"));
  CAF_CHECK(x.offer("10-0", "9-10"));
  CAF_CHECK(!x.offer("9-11", "10-0"));
  CAF_CHECK(!x.offer("99999999999999999999-0", "10-0")); // no inbox counts so far
  CAF_CHECK(!x.is_due());
}

CAF_TEST(what follows something else makes it read) {
  inbox_cursor x;
  read(x, page({"1-0"}, "1-0"));
  CAF_CHECK(!x.offer("3-0", "2-0"));
  CAF_CHECK(x.is_due());
  CAF_CHECK(!x.offer("4-0", "3-0"));
  CAF_CHECK_EQUAL(read(x, page({"2-0", "3-0", "4-0"}, "4-0")), 3U);
  CAF_CHECK(!x.is_due());
}

CAF_TEST(what the client has is dropped) {
  inbox_cursor x;
  read(x, page({"1-0", "2-0"}, "2-0"));
  CAF_CHECK(!x.offer("2-0", "1-0"));
  CAF_CHECK(!x.offer("1-0", "0-0"));
  CAF_CHECK(!x.is_due());
}

CAF_TEST(what is heard while a page is on its way is read if the page lacks it) {
  inbox_cursor x;
  x.asked();
  CAF_CHECK(!x.offer("2-0", "1-0"));
  CAF_CHECK(!x.is_due());
  CAF_CHECK(x.is_behind());
  x.pass("1-0");
  x.finish(page({"1-0"}, "1-0"));
  CAF_CHECK(x.is_due());
  x.asked();
  CAF_CHECK(!x.offer("2-0", "1-0"));
  x.pass("2-0");
  x.finish(page({"2-0"}, "2-0"));
  CAF_CHECK(!x.is_due());
}

CAF_TEST(a gap while a page is on its way makes it read again) {
  inbox_cursor x;
  x.asked();
  x.miss();
  CAF_CHECK(!x.is_due());
  x.finish(page({}, "0-0"));
  CAF_CHECK(x.is_due());
}

CAF_TEST(an error makes it read again) {
  inbox_cursor x;
  read(x, page({"1-0"}, "1-0"));
  x.miss();
  x.asked();
  x.finish({errc::timeout, {}, false, {}});
  CAF_CHECK(x.is_due());
  CAF_CHECK_EQUAL(x.sent(), "1-0");
  x.postpone();
  CAF_CHECK(!x.is_due());
  CAF_CHECK(!x.offer("2-0", "1-0"));
  x.resume();
  CAF_CHECK(x.is_due());
}

CAF_TEST(ids that are gone do not hold it up) {
  inbox_cursor x;
  read(x, page({"3-0"}, "8-0"));
  CAF_CHECK(x.offer("9-0", "8-0"));
}

CAF_TEST(a message that nobody keeps does not make it read for ever) {
  inbox_cursor x;
  read(x, page({"1-0"}, "1-0"));
  x.offer("99-0", "98-0");
  CAF_CHECK(x.is_due());
  read(x, page({}, "1-0"));
  CAF_CHECK(!x.is_due());
  read(x, page({}, "1-0", true));
  CAF_CHECK(!x.is_due());
  x.miss();
  x.asked();
  x.offer("99-0", "98-0");
  x.finish(page({}, "1-0"));
  CAF_CHECK(x.is_due());
  read(x, page({}, "1-0"));
  CAF_CHECK(!x.is_due());
}

CAF_TEST(a page that repeats something brings only the rest) {
  inbox_cursor x;
  read(x, page({"1-0", "2-0"}, "2-0"));
  CAF_CHECK(x.offer("3-0", "2-0"));
  x.miss();
  CAF_CHECK_EQUAL(read(x, page({"2-0", "3-0", "4-0"}, "4-0")), 1U);
}

CAF_TEST(after the loss of the inbox the cursor of the device counts) {
  inbox_cursor x;
  read(x, page({"100-0"}, "100-0"));
  x.miss();
  read(x, page({}, "5-0"));
  CAF_CHECK(x.is_due());
  CAF_CHECK_EQUAL(x.sent(), "");
  CAF_CHECK_EQUAL(read(x, page({"4-0", "5-0"}, "5-0")), 2U);
  CAF_CHECK(x.offer("6-0", "5-0"));
}
