#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What happens to a room's messages when they wait for a client that does not
/// read fast enough.
enum class outbox_policy : std::uint8_t {
  disconnect,  ///< Over the bound the client is closed as a slow consumer.
  drop_oldest, ///< Over the bound the oldest are dropped, and a gap is told.
  latest_only, ///< A newer message replaces the one that waits.
};

/// Which rooms have which policy, by name pattern: `*` at the end stands for
/// anything, the longest pattern that fits decides, and what fits none has
/// `disconnect`. Filled before the node starts.
class outbox_policies {
public:
  /// Adds a rule `PATTERN=POLICY`. Returns what is wrong with it, or nothing.
  std::string add(std::string_view rule);

  /// Returns the policy of the room called `name`.
  outbox_policy find(std::string_view name) const;

private:
  struct entry {
    std::string pattern;
    outbox_policy policy;
  };

  std::vector<entry> entries_; // longest pattern first
};

} // namespace atrium
