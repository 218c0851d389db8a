#pragma once

#include <cstddef>
#include <string_view>

namespace atrium::test {

/// Returns how often `word` stands in `text`; one may begin inside another.
inline std::size_t occurrences(std::string_view text, std::string_view word) {
  std::size_t n = 0;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1))
    ++n;
  return n;
}

} // namespace atrium::test
