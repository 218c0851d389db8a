#pragma once

#include <optional>
#include <string_view>

namespace atrium {

/// Returns whether `name` fits `pattern`: `lobby` fits itself, `game:*`
/// everything that begins with `game:`.
inline bool fits(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*'))
    return pattern == name;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

/// What an operator has set for the names that fit a pattern.
struct pattern_rule {
  std::string_view pattern;
  std::string_view value;
};

/// Splits `PATTERN=VALUE`; nothing if there is no pattern.
inline std::optional<pattern_rule> split_rule(std::string_view text) {
  // The last one: a room's name may have one in it.
  auto equals = text.rfind('=');
  if (equals == text.npos || equals == 0)
    return std::nullopt;
  return pattern_rule{text.substr(0, equals), text.substr(equals + 1)};
}

} // namespace atrium
