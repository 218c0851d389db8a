#define CAF_SUITE text_test

#include "atrium/broker/util/text.hpp"

#include "caf/test/unit_test.hpp"

#include <cstdint>
#include <string>

using namespace atrium;

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

CAF_TEST(blanks are trimmed at both ends) {
  CAF_CHECK_EQUAL(trimmed(" \t a b\t "), "a b");
  CAF_CHECK_EQUAL(trimmed("ab"), "ab");
  CAF_CHECK_EQUAL(trimmed(" \t"), "");
  CAF_CHECK_EQUAL(trimmed(""), "");
}

CAF_TEST(a number is decimal digits alone and within its bound) {
  CAF_CHECK(read_decimal("0", 9) == 0U);
  CAF_CHECK(read_decimal("9", 9) == 9U);
  CAF_CHECK(read_decimal("18446744073709551615", UINT64_MAX) == UINT64_MAX);
  for (auto text : {"", "10", "-1", "+1", " 1", "1 ", "1.0", "1e0", "0x1", "99999999999999999999"})
    CAF_CHECK(!read_decimal(text, 9));
}
