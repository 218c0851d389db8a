#include "atrium/net/cli/inspect/terminal_text.hpp"

#include "atrium/broker/util/utf8.hpp"

#include <algorithm>
#include <array>
#include <clocale>
#include <cwchar>
#include <utility>

namespace atrium::tool {

namespace {

// Format characters that libc takes for ones that can be shown: they are not
// seen, but change what is seen.
constexpr std::array<std::pair<char32_t, char32_t>, 11> invisible
  = {{{0xAD, 0xAD},
      {0x34F, 0x34F},
      {0x61C, 0x61C},
      {0x115F, 0x1160},
      {0x17B4, 0x17B5},
      {0x180B, 0x180F},
      {0x200B, 0x200F},
      {0x2028, 0x202E},
      {0x2060, 0x206F},
      {0xFEFF, 0xFEFF},
      {0xE0000, 0xE0FFF}}};

/// A character of a text, with the bytes that it is made of.
struct character {
  char32_t code = 0;
  std::string_view bytes;
  bool good = false; // else it is one byte that is no UTF-8
};

// Takes the first character from `rest`, which has one.
character next_of(std::string_view& rest) {
  auto [code, bytes] = first_code_point(rest);
  character result{code, rest.substr(0, bytes), true};
  if (bytes == 0)
    result = {static_cast<unsigned char>(rest.front()), rest.substr(0, 1)};
  rest.remove_prefix(result.bytes.size());
  return result;
}

// libc knows the widths, but only in a locale with UTF-8; C.UTF-8 is always
// there. Negative if the character cannot be shown.
int columns_of(char32_t code) {
  static const auto utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (code < 0x7F)
    return code < 0x20 ? -1 : 1;
  // For this thread and this call only: the program keeps its locale.
  auto before = ::uselocale(utf8);
  auto result = ::wcwidth(static_cast<wchar_t>(code));
  ::uselocale(before);
  return result;
}

bool is_shown(char32_t code) {
  auto hidden = std::any_of(invisible.begin(), invisible.end(), [=](auto& x) {
    return code >= x.first && code <= x.second;
  });
  return !hidden && columns_of(code) >= 0;
}

void append_hex(std::string& out, char32_t code, std::size_t digits) {
  constexpr std::string_view all = "0123456789abcdef";
  std::string reversed;
  for (; code != 0 || reversed.size() < digits; code /= 16)
    reversed += all[code % 16];
  out.append(reversed.rbegin(), reversed.rend());
}

void append_escaped(std::string& out, const character& x) {
  if (x.good && x.code > 0xFF) {
    out += "\\u{";
    append_hex(out, x.code, 4);
    out += '}';
    return;
  }
  for (auto c : x.bytes) {
    out += "\\x";
    append_hex(out, static_cast<unsigned char>(c), 2);
  }
}

// The longest beginning of `text` that takes at most `width` columns.
std::string_view beginning_of(std::string_view text, std::size_t width) {
  auto rest = text;
  std::size_t taken = 0;
  while (!rest.empty()) {
    auto before = rest;
    taken
      += static_cast<std::size_t>(std::max(columns_of(next_of(rest).code), 0));
    if (taken > width)
      return text.substr(0, text.size() - before.size());
  }
  return text;
}

} // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    auto x = next_of(text);
    if (x.good && x.code == '\\')
      // Otherwise a name could look like an escaped character.
      result += "\\\\";
    else if (x.good && is_shown(x.code))
      result += x.bytes;
    else
      append_escaped(result, x);
  }
  return result;
}

std::size_t display_width(std::string_view text) {
  std::size_t result = 0;
  while (!text.empty())
    result
      += static_cast<std::size_t>(std::max(columns_of(next_of(text).code), 0));
  return result;
}

std::string cut(std::string_view text, std::size_t width) {
  if (width == 0)
    return {};
  if (beginning_of(text, width).size() == text.size())
    return std::string{text};
  // The ellipsis is a column wide.
  return std::string{beginning_of(text, width - 1)} + "…";
}

std::string pad(std::string_view text, std::size_t width, bool right) {
  auto result = cut(text, width);
  std::string spaces(width - std::min(display_width(result), width), ' ');
  return right ? spaces + result : result + spaces;
}

} // namespace atrium::tool
