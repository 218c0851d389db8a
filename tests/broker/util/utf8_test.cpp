#define CAF_SUITE utf8_test

#include "atrium/broker/util/utf8.hpp"

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

// ASCII is passed a word at a time; what is malformed may stand anywhere.
CAF_TEST(a stray byte is found wherever it stands) {
  for (std::size_t size = 1; size < 40; ++size)
    for (std::size_t i = 0; i < size; ++i) {
      std::string text(size, 'x');
      CAF_CHECK(is_utf8(text));
      text[i] = '\xE6';
      CAF_CHECK(!is_utf8(text));
      text.replace(i, 1, "\xE6\x97\xA5");
      CAF_CHECK(is_utf8(text));
    }
}

CAF_TEST(a character is decoded with its length) {
  struct row {
    std::string_view text;
    char32_t value;
    std::size_t bytes;
  };
  for (auto& [text, value, bytes] :
       {row{"ab", U'a', 1}, row{"\xC3\xA4x", 0xE4, 2}, row{"\xE6\x97\xA5", 0x65E5, 3},
        row{"\xF0\x9F\x98\x80", 0x1F600, 4}, row{"\xE6\x97", 0, 0}}) {
    auto found = first_code_point(text);
    CAF_CHECK_EQUAL(static_cast<unsigned>(found.value), static_cast<unsigned>(value));
    CAF_CHECK_EQUAL(found.bytes, bytes);
  }
}

CAF_TEST(the beginning of a text is told from what can become none) {
  auto prefix = [](std::string_view text) { return utf8_prefix(text).value_or(99); };
  CAF_CHECK_EQUAL(prefix(""), 0U);
  CAF_CHECK_EQUAL(prefix("abc"), 3U);
  CAF_CHECK_EQUAL(prefix("a\xE6\x97"), 1U);
  CAF_CHECK_EQUAL(prefix("a\xE6\x97\xA5"), 4U);
  for (auto* bad : {"\x80", "\xC1", "\xE0\x80", "\xED\xA0", "\xF4\x90", "\xF5", "\xE6\x97x",
                    "\xC3\xA4\x80", "\xF0\x8F\xBF", "\xFFx"})
    CAF_CHECK(!utf8_prefix(bad));
}

// Compared with what it means: some bytes more make it a text.
CAF_TEST(whatever has up to three bytes is a beginning or none) {
  auto may_become = [](const std::string& text) {
    for (std::string rest :
         {"", "\x80", "\xBF", "\x80\x80", "\xBF\xBF", "\x80\x80\x80", "\xBF\xBF\xBF"})
      if (is_utf8(text + rest))
        return true;
    return false;
  };
  for (unsigned a = 0x7F; a < 0x100; ++a)
    for (unsigned b = 0x7F; b <= 0xC2; ++b) {
      std::string one(1, static_cast<char>(a));
      auto two = one + static_cast<char>(b);
      for (auto& text : {one, two, two + '\x80', two + '\xBF', two + 'x'}) {
        auto found = utf8_prefix(text);
        CAF_CHECK_EQUAL(found.has_value(), may_become(text));
        if (found)
          CAF_CHECK(is_utf8(std::string_view{text}.substr(0, *found)) && text.size() - *found < 4);
      }
    }
}
