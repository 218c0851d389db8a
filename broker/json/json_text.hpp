#pragma once

#include "atrium/broker/json/json_object.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace atrium {

/// Returns the text of a raw JSON string as `json_string` does, but without a
/// copy where there are no escapes: a part of `raw`, or else of `scratch`.
inline std::optional<std::string_view> json_text(std::string_view raw,
                                                 std::string& scratch) {
  if (!raw.starts_with('"'))
    return std::nullopt;
  if (raw.find('\\') == std::string_view::npos)
    return raw.substr(1, raw.size() - 2);
  auto decoded = json_string(raw);
  if (!decoded)
    return std::nullopt;
  scratch = std::move(*decoded);
  return scratch;
}

} // namespace atrium
