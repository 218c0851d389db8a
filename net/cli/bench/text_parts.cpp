#include "atrium/net/cli/bench/text_parts.hpp"

#include <charconv>

namespace atrium::bench {

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string res;
  for (auto part : parts)
    res += part;
  return res;
}

std::string_view part_after(std::string_view text, std::string_view before,
                            char end) {
  auto at = text.find(before);
  if (at == text.npos)
    return {};
  text.remove_prefix(at + before.size());
  return text.substr(0, text.find(end));
}

std::uint64_t number_at(std::string_view text) {
  std::uint64_t res = 0;
  std::from_chars(text.data(), text.data() + text.size(), res);
  return res;
}

} // namespace atrium::bench
