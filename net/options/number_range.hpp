#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace atrium {

/// What numbers an option accepts, both ends included, and in which unit.
struct number_range {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::string_view unit = {};

  /// Returns e.g. `1..300 s`.
  std::string text() const;
};

} // namespace atrium
