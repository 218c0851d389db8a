#pragma once

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

} // namespace atrium
