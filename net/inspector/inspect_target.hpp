#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What is asked of the inspector, in the form of an HTTP target behind
/// `/inspect`: `rooms/NAME?limit=3`. Whatever way the request came, there is
/// one language for it.
class inspect_target {
public:
  /// Reads `text`, with or without `/inspect/` in front; nothing where an
  /// escape is broken.
  static std::optional<inspect_target> parse(std::string_view text);

  /// The decoded parts of the path, without those that are empty.
  const std::vector<std::string>& path() const {
    return path_;
  }

  /// A parameter of the query, decoded; empty if it is missing.
  std::string text(std::string_view key) const;

  /// A parameter that is a number; `otherwise` if it is missing or none, `most`
  /// if it is more than that.
  std::size_t number(std::string_view key, std::size_t otherwise,
                     std::size_t most) const;

private:
  std::vector<std::string> path_;
  std::string query_; // with its question mark
};

} // namespace atrium
