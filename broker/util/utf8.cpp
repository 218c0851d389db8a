#include "atrium/broker/util/utf8.hpp"

#include "atrium/broker/util/plain_text.hpp"

#include <algorithm>
#include <array>

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
  // Once: a text in another script has no such blocks further on.
  text.remove_prefix(ascii_blocks_size(text));
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

std::optional<std::size_t> utf8_prefix(std::string_view text) noexcept {
  // At the end up to three bytes may belong to a character that is cut off.
  std::size_t cut = 0;
  for (std::size_t n = 1; n <= 3 && n <= text.size() && cut == 0; ++n) {
    auto byte = static_cast<unsigned char>(text[text.size() - n]);
    auto size = byte < 0xC0 ? 0U : byte < 0xE0 ? 2U : byte < 0xF0 ? 3U : 4U;
    if (byte < 0x80)
      break;
    if (size > n)
      cut = n;
    else if (size != 0)
      break;
  }
  auto whole = text.substr(0, text.size() - cut);
  if (!is_utf8(whole))
    return std::nullopt;
  if (cut == 0)
    return whole.size();
  // Any second byte is between these two, and so is each further one.
  for (auto filler : {"\x80\x80\x80", "\xBF\xBF\xBF"}) {
    auto character = std::string_view{text}.substr(whole.size());
    std::array<char, 4> bytes{};
    std::copy_n(filler, 3, bytes.begin() + 1);
    std::copy(character.begin(), character.end(), bytes.begin());
    if (first_code_point({bytes.data(), bytes.size()}).bytes != 0)
      return whole.size();
  }
  return std::nullopt;
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
