#pragma once

#include "atrium/actors/replies.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace atrium {

/// Until when a client may stay: as long as its token says.
class client_expiry {
public:
  /// It may stay until `end`, instead of the time it had before.
  void move_to(unix_time end) {
    end_ = end;
  }

  bool is_over(unix_time now) const {
    return end_ <= now;
  }

  /// Returns how long there is to wait for the end, in whole seconds and never
  /// too short; nothing if somebody looks once more before that, in `interval`.
  /// Timers are for few.
  std::optional<std::chrono::seconds> due(unix_time now,
                                          std::chrono::seconds interval) const {
    if (end_ == never)
      return std::nullopt;
    auto left = std::chrono::ceil<std::chrono::seconds>(end_ - now);
    if (left > interval)
      return std::nullopt;
    return std::max(left, std::chrono::seconds{0});
  }

private:
  unix_time end_ = never;
};

} // namespace atrium
