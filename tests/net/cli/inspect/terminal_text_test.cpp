#define CAF_SUITE terminal_text_test

#include "atrium/net/cli/inspect/terminal_text.hpp"

#include <caf/test/unit_test.hpp>

using namespace atrium::tool;

CAF_TEST(what_can_be_seen_stays_as_it_is) {
  for (auto text : {"", "lobby", "a b~!", "Grüße", "日本語", "🎲", "e\u0301"})
    CAF_CHECK_EQUAL(printable(text), text);
}

CAF_TEST(nothing_gets_through_that_a_terminal_would_obey) {
  CAF_CHECK_EQUAL(printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  CAF_CHECK_EQUAL(printable("a\r\n\tb\x07"), "a\\x0d\\x0a\\x09b\\x07");
  CAF_CHECK_EQUAL(printable("\x7f"), "\\x7f");
  CAF_CHECK_EQUAL(printable("\u009b2J"), "\\xc2\\x9b2J"); // CSI in one character
  CAF_CHECK_EQUAL(printable({"a\0b", 3}), "a\\x00b");
}

CAF_TEST(characters_that_are_not_seen_are_spelled_out) {
  CAF_CHECK_EQUAL(printable("ab\u202Egpj.exe"), "ab\\u{202e}gpj.exe");
  CAF_CHECK_EQUAL(printable("a\u200Bb\uFEFF"), "a\\u{200b}b\\u{feff}");
  CAF_CHECK_EQUAL(printable("\U000E0041"), "\\u{e0041}");
  CAF_CHECK_EQUAL(printable("\u2028"), "\\u{2028}");
}

CAF_TEST(what_is_no_utf8_is_spelled_out) {
  CAF_CHECK_EQUAL(printable("a\xFFz"), "a\\xffz");
  CAF_CHECK_EQUAL(printable("\xE2\x82"), "\\xe2\\x82");          // half a euro
  CAF_CHECK_EQUAL(printable("\xC0\x9B"), "\\xc0\\x9b");          // overlong escape
  CAF_CHECK_EQUAL(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80"); // surrogate
  CAF_CHECK_EQUAL(printable("\xF0"), "\\xf0");
}

CAF_TEST(a_name_that_looks_escaped_is_told_from_one_that_is) {
  CAF_CHECK_EQUAL(printable("\\x1b"), "\\\\x1b");
}

CAF_TEST(width_counts_columns) {
  CAF_CHECK_EQUAL(display_width(""), 0U);
  CAF_CHECK_EQUAL(display_width("lobby"), 5U);
  CAF_CHECK_EQUAL(display_width("Grüße"), 5U);
  CAF_CHECK_EQUAL(display_width("日本"), 4U);
  CAF_CHECK_EQUAL(display_width("🎲"), 2U);
  CAF_CHECK_EQUAL(display_width("e\u0301"), 1U);
}

CAF_TEST(cutting_keeps_to_the_width_and_to_whole_characters) {
  CAF_CHECK_EQUAL(cut("lobby", 5), "lobby");
  CAF_CHECK_EQUAL(cut("lobbies", 5), "lobb…");
  CAF_CHECK_EQUAL(cut("日本語", 6), "日本語");
  CAF_CHECK_EQUAL(cut("日本語", 5), "日本…");
  CAF_CHECK_EQUAL(cut("日本語", 4), "日…"); // half a character does not fit
  CAF_CHECK_EQUAL(cut("日", 1), "…");
  CAF_CHECK_EQUAL(cut("lobby", 1), "…");
  CAF_CHECK_EQUAL(cut("lobby", 0), "");
  for (std::size_t width = 0; width < 12; ++width)
    CAF_CHECK(display_width(cut("a日b本c語d", width)) <= width);
}

CAF_TEST(padding_is_by_columns) {
  CAF_CHECK_EQUAL(pad("日本", 6), "日本  ");
  CAF_CHECK_EQUAL(pad("17", 5, true), "   17");
  CAF_CHECK_EQUAL(pad("lobbies", 5), "lobb…");
}
