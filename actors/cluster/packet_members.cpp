#include "atrium/actors/cluster/packet_members.hpp"

namespace atrium {

std::optional<std::string> text_in(const json_object& x, std::string_view key) {
  auto raw = x.find(key);
  return raw ? json_string(*raw) : std::nullopt;
}

std::optional<std::uint64_t> number_in(const json_object& x,
                                       std::string_view key) {
  auto raw = x.find(key);
  return raw ? json_unsigned(*raw) : std::nullopt;
}

std::optional<bool> truth_in(const json_object& x, std::string_view key) {
  auto raw = x.find(key);
  return raw == "true" || raw == "false" ? std::optional{*raw == "true"}
                                         : std::nullopt;
}

std::optional<std::string> name_in(const json_object& x, std::string_view key) {
  constexpr std::size_t longest = 128;
  auto result = text_in(x, key);
  if (!result || result->empty() || result->size() > longest)
    return std::nullopt;
  return result;
}

} // namespace atrium
