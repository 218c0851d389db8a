#include "atrium/broker/util/text.hpp"

#include "atrium/broker/util/plain_text.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace atrium {

namespace {

// `envelope_overhead` relies on both limits.
constexpr std::size_t max_name_bytes = 128;
constexpr std::size_t max_event_id_bytes = 64;

// Returns how many bytes at the beginning of `text` are in U+0020..U+007E.
std::size_t plain_name_size(std::string_view text) {
  using namespace detail;
  // A byte below 0x20 borrows and one above 0x7E carries into its highest bit.
  return size_before(text, [](std::uint64_t x) {
    return ((x - ones * 0x20) | (x + ones) | x) & high_bits;
  });
}

} // namespace

bool is_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > max_name_bytes)
    return false;
  text.remove_prefix(plain_name_size(text)); // nearly always all of it
  while (!text.empty()) {
    auto [value, bytes] = first_code_point(text);
    if (bytes == 0 || is_control(value))
      return false;
    text.remove_prefix(bytes);
  }
  return true;
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

bool has_only(std::string_view text, std::string_view set,
              std::string_view more) noexcept {
  return std::ranges::all_of(text, [=](char c) {
    return set.find(c) != set.npos || more.find(c) != more.npos;
  });
}

std::optional<std::uint64_t> read_decimal(std::string_view text,
                                          std::uint64_t most) noexcept {
  std::uint64_t value = 0;
  auto end = text.data() + text.size();
  // It accepts no sign for an unsigned type.
  auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value > most)
    return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) noexcept {
  auto first = std::min(text.find_first_not_of(" \t"), text.size());
  // A text of blanks becomes empty: npos + 1 is 0.
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

} // namespace atrium
