#include "atrium/broker/util/percent.hpp"

#include <charconv>

namespace atrium {

std::optional<std::string> decode_percent(std::string_view text,
                                          bool plus_is_space) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    unsigned byte = 0;
    auto hex = text.substr(i + 1, 2);
    auto end = hex.data() + hex.size();
    // from_chars accepts no sign here, and of `0x` it leaves the x.
    auto [at, error] = std::from_chars(hex.data(), end, byte, 16);
    if (hex.size() != 2 || error != std::errc{} || at != end)
      return std::nullopt;
    result.push_back(static_cast<char>(byte));
    i += 2;
  }
  return result;
}

std::string encode_percent(std::string_view text) {
  // RFC 3986, 2.1: encoders write upper case, decoders accept both.
  constexpr auto digits = "0123456789ABCDEF";
  constexpr std::string_view plain
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string result;
  for (auto c : text) {
    if (plain.find(c) != std::string_view::npos) {
      result.push_back(c);
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    result.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return result;
}

} // namespace atrium
