#pragma once

#include "atrium/actors/util/pattern_table.hpp"
#include "atrium/broker/presence.hpp"

#include <string>
#include <string_view>

namespace atrium {

/// Which rooms tell who is in them; what fits no pattern tells nothing.
class presence_rules {
public:
  /// Adds a rule: `PATTERN` or `PATTERN=full` for who is there, `PATTERN=count`
  /// for how many, `PATTERN=off`. Returns what is wrong with it, or nothing.
  std::string add(std::string_view text);

  /// Returns what the room called `name` tells.
  presence_mode find(std::string_view name) const {
    return table_.find(name, presence_mode::off);
  }

private:
  pattern_table<presence_mode> table_;
};

/// Returns `off`, `count` or `full`.
std::string_view to_string(presence_mode value) noexcept;

} // namespace atrium
