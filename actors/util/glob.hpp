#pragma once

#include <string_view>

namespace atrium {

/// A pattern as shells have it: `*` is any text, also none, and `?` one
/// character of UTF-8; everything else is itself. Refers to its text. For
/// names, which are short: a match costs at most their length times the
/// pattern's.
class glob {
public:
  explicit glob(std::string_view pattern) : pattern_(pattern) {
    // nop
  }

  bool fits(std::string_view name) const;

private:
  std::string_view pattern_;
};

} // namespace atrium
