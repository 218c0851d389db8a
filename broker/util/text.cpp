#include "atrium/broker/util/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace atrium {

namespace {

constexpr std::size_t max_name_bytes = 128;
constexpr std::size_t max_event_id_bytes = 64;

struct code_point {
  std::uint32_t value = 0;
  std::size_t bytes = 0; // 0: malformed
};

// The table of well-formed sequences of the Unicode standard (table 3-7),
// expressed as the smallest value that may take that many bytes.
code_point first_code_point(std::string_view text) {
  auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  auto lead = byte(0);
  if (lead < 0x80)
    return {lead, 1};
  std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size)
    return {};
  auto value = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U)
      return {};
    value = value << 6U | (byte(i) & 0x3FU);
  }
  static constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  auto surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest[size] || value > 0x10FFFF || surrogate)
    return {};
  return {value, size};
}

bool is_control(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

template <class Predicate>
bool all_code_points(std::string_view text, Predicate accept) {
  while (!text.empty()) {
    auto [value, bytes] = first_code_point(text);
    if (bytes == 0 || !accept(value))
      return false;
    text.remove_prefix(bytes);
  }
  return true;
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  return all_code_points(text, [](std::uint32_t) { return true; });
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_name_bytes
         && all_code_points(text, [](auto c) { return !is_control(c); });
}

bool is_event_id(std::string_view text) noexcept {
  auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
           || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == ':'
           || c == '-';
  };
  return !text.empty() && text.size() <= max_event_id_bytes
         && std::ranges::all_of(text, allowed);
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
