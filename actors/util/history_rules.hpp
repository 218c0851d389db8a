#pragma once

#include "atrium/actors/util/pattern_table.hpp"
#include "atrium/broker/history.hpp"

#include <string>
#include <string_view>

namespace atrium {

/// Which rooms keep how much of what is said in them; what fits no pattern
/// keeps nothing.
class history_rules {
public:
  /// Adds a rule `PATTERN=COUNT,TTL`, such as `chat:*=1000,24h`, or
  /// `PATTERN=off`. The unit of the TTL is s, m, h or d. Returns what is wrong
  /// with it, or nothing.
  std::string add(std::string_view text);

  /// Returns the rule of the room called `name`.
  history_rule find(std::string_view name) const {
    return table_.find(name, {});
  }

private:
  pattern_table<history_rule> table_;
};

} // namespace atrium
