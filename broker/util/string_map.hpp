#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace atrium {

/// Hashes all kinds of strings alike, so that a lookup needs no copy.
struct string_hash {
  using is_transparent = void;

  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

/// Maps names to values; found by `std::string_view`, too.
template <class T>
using string_map
  = std::unordered_map<std::string, T, string_hash, std::equal_to<>>;

} // namespace atrium
