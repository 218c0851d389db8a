#include "atrium/actors/util/presence_rules.hpp"

#include <algorithm>
#include <array>

namespace atrium {

namespace {

/// In the order of `presence_mode`.
constexpr std::array<std::string_view, 3> words{"off", "count", "full"};

} // namespace

std::string_view to_string(presence_mode value) noexcept {
  return words[static_cast<std::size_t>(value)];
}

std::string presence_rules::add(std::string_view text) {
  // Only a pattern without a value must not have the sign itself: what stands
  // behind it could be meant as either.
  auto rule = text.find('=') == text.npos && !text.empty()
                ? pattern_rule{text, "full"}
                : split_rule(text).value_or(pattern_rule{});
  auto word = std::ranges::find(words, rule.value);
  if (word == words.end())
    return "'" + std::string{text}
           + "' is not PATTERN such as chat:*, nor PATTERN=full, "
             "PATTERN=count or PATTERN=off";
  table_.set(rule.pattern,
             static_cast<presence_mode>(std::distance(words.begin(), word)));
  return {};
}

} // namespace atrium
