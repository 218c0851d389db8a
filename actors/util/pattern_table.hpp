#pragma once

#include "atrium/actors/util/name_pattern.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// Which names have which value, by pattern: `*` at the end stands for
/// anything, and the longest pattern that fits decides. Filled before the node
/// starts; after that any thread may look.
template <class Value>
class pattern_table {
public:
  /// Sets the value of a pattern, or another one.
  void set(std::string_view pattern, Value value) {
    std::erase_if(entries_, [&](auto& x) { return x.pattern == pattern; });
    // Longest first, so the first pattern that fits is the one that decides.
    auto shorter = [&](auto& x) { return x.pattern.size() < pattern.size(); };
    entries_.insert(std::ranges::find_if(entries_, shorter),
                    {std::string{pattern}, std::move(value)});
  }

  /// Returns the value of `name`; `otherwise` if no pattern fits.
  Value find(std::string_view name, Value otherwise) const {
    for (auto& x : entries_)
      if (fits(x.pattern, name))
        return x.value;
    return otherwise;
  }

private:
  struct entry {
    std::string pattern;
    Value value;
  };

  std::vector<entry> entries_; // longest pattern first
};

} // namespace atrium
