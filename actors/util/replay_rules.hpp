#pragma once

#include "atrium/actors/util/pattern_table.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace atrium {

/// How many of a room's newest messages are given to who joins it without a
/// position; what fits no pattern gives none.
class replay_rules {
public:
  /// The most that a rule may give.
  static constexpr std::size_t most = 1000;

  /// Adds a rule `PATTERN=N`, such as `ticker:*=1`; 0: none. Returns what is
  /// wrong with it, or nothing.
  std::string add(std::string_view text);

  /// Returns the number of messages of the room called `name`.
  std::size_t find(std::string_view name) const {
    return table_.find(name, 0);
  }

private:
  pattern_table<std::size_t> table_;
};

} // namespace atrium
