#pragma once

#include "atrium/actors/util/pattern_table.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace atrium {

/// What happens to a room's messages when they wait for a client that does not
/// read fast enough.
enum class outbox_policy : std::uint8_t {
  disconnect,  ///< Over the bound the client is closed as a slow consumer.
  drop_oldest, ///< Over the bound the oldest are dropped, and a gap is told.
  latest_only, ///< A newer message replaces the one that waits.
};

/// Which rooms have which policy; what fits no pattern has `disconnect`.
class outbox_policies {
public:
  /// Adds a rule `PATTERN=POLICY`. Returns what is wrong with it, or nothing.
  std::string add(std::string_view text);

  /// Returns the policy of the room called `name`.
  outbox_policy find(std::string_view name) const;

private:
  pattern_table<outbox_policy> table_;
};

} // namespace atrium
