#include "atrium/broker/util/utf8.hpp"

#include "atrium/broker/util/plain_text.hpp"

namespace atrium {

// The table of well-formed sequences of the Unicode standard (table 3-7),
// expressed as the smallest value that may take that many bytes.
code_point first_code_point(std::string_view text) noexcept {
  auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  auto lead = byte(0);
  if (lead < 0x80)
    return {lead, 1};
  std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // Below 0xC2 a byte continues a character or begins an overlong one.
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size)
    return {};
  auto value = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U)
      return {};
    value = value << 6U | (byte(i) & 0x3FU);
  }
  static constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  auto surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest[size] || value > 0x10FFFF || surrogate)
    return {};
  return {value, size};
}

bool is_utf8(std::string_view text) noexcept {
  for (;;) {
    text.remove_prefix(ascii_size(text));
    if (text.empty())
      return true;
    // A loop of its own: a text in another script would try a word in vain
    // after each character.
    do {
      auto bytes = first_code_point(text).bytes;
      if (bytes == 0)
        return false;
      text.remove_prefix(bytes);
    } while (!text.empty() && static_cast<unsigned char>(text.front()) >= 0x80);
  }
}

std::string make_utf8(std::string_view text, std::size_t most) {
  static constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD
  std::string result;
  while (!text.empty()) {
    auto size = first_code_point(text).bytes;
    auto next = size != 0 ? text.substr(0, size) : replacement;
    if (result.size() + next.size() > most)
      break;
    result.append(next);
    text.remove_prefix(size != 0 ? size : 1);
  }
  return result;
}

} // namespace atrium
