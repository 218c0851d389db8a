#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// The character at the front of a text in UTF-8.
struct code_point {
  char32_t value = 0;
  std::size_t bytes = 0; ///< 0: the text begins with something malformed.
};

/// Decodes the first character of `text`, which is not empty, as RFC 3629 says:
/// no overlong forms, no surrogates, nothing above U+10FFFF. The only decoder
/// here; whoever needs less calls one of the functions below.
code_point first_code_point(std::string_view text) noexcept;

/// Returns whether `text` is well-formed UTF-8. Passes ASCII eight bytes at a
/// time: every message is checked.
bool is_utf8(std::string_view text) noexcept;

/// Returns how many bytes of `text` are whole characters, if what follows them
/// may be the beginning of one more; nothing if `text` is malformed, whatever
/// comes after it.
std::optional<std::size_t> utf8_prefix(std::string_view text) noexcept;

/// Returns `text` if it is well-formed, or else an empty text: for names of
/// others, of which nothing is better than a part.
inline std::string_view utf8_or_empty(std::string_view text) noexcept {
  return is_utf8(text) ? text : std::string_view{};
}

/// Returns `text` as UTF-8 of at most `most` bytes: malformed bytes become
/// U+FFFD each, and the text is cut between characters.
std::string make_utf8(std::string_view text, std::size_t most);

/// Returns whether a character is a control character: U+0000..U+001F,
/// U+007F..U+009F.
constexpr bool is_control(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

} // namespace atrium
