#define CAF_SUITE text_test

#include "atrium/broker/util/text.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;

CAF_TEST(well formed sequences are UTF - 8) {
  for (auto text : {"", "abc", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                    "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    CAF_CHECK(is_utf8(text));
}

CAF_TEST(overlong forms and surrogates and stray bytes are not UTF - 8) {
  for (auto text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE0\xA0",
                    "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
                    "\xFF", "a\xE2\x82"})
    CAF_CHECK(!is_utf8(text));
}

CAF_TEST(what is not UTF - 8 can be made so) {
  CAF_CHECK_EQUAL(make_utf8("a \xE6\x97\xA5", 9), "a \xE6\x97\xA5");
  CAF_CHECK_EQUAL(make_utf8("\xFFz\xE6\x97", 9), "\xEF\xBF\xBDz\xEF\xBF\xBD");
  CAF_CHECK_EQUAL(make_utf8("a\xE6\x97\xA5", 3), "a");
  CAF_CHECK_EQUAL(make_utf8("abc", 0), "");
}

CAF_TEST(names have one to 128 bytes) {
  CAF_CHECK(!is_name(""));
  CAF_CHECK(is_name(std::string(128, 'x')));
  CAF_CHECK(!is_name(std::string(129, 'x')));
}

CAF_TEST(names have no control characters) {
  CAF_CHECK(is_name("a b \xE6\x97\xA5"));
  for (auto text : {"\n", "a\x7F", "\xC2\x80", "\xC2\x9F"})
    CAF_CHECK(!is_name(text));
  CAF_CHECK(!is_name(std::string_view{"a\0b", 3}));
  CAF_CHECK(is_name("\xC2\xA0"));
}

CAF_TEST(event ids are short and plain) {
  CAF_CHECK(is_event_id("01HZ-a.b_c:d"));
  CAF_CHECK(is_event_id(std::string(64, 'x')));
  CAF_CHECK(!is_event_id(std::string(65, 'x')));
  for (auto text : {"", "a b", "\xC3\xA4", "a/b"})
    CAF_CHECK(!is_event_id(text));
}
