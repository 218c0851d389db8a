#pragma once

#include <string_view>

namespace atrium {

/// What a command depends on besides what it says: which servers there are, and
/// of what kind. To be asked whenever a command is written; for the thread of
/// the client.
class redis_terms {
public:
  virtual ~redis_terms() = default;

  /// Returns the command that publishes to a channel, also for scripts.
  virtual std::string_view publish_command() const noexcept = 0;

  /// Returns what names the server that has this key, since its start; empty:
  /// unknown. Valid until the client goes on.
  virtual std::string_view incarnation(std::string_view key) const noexcept = 0;
};

} // namespace atrium
