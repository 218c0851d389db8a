#pragma once

#include "atrium/broker/util/errc.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace atrium {

/// Where a message stands in the history of its channel.
struct position {
  /// Names the history; another one begins when it was lost. A few characters.
  std::string epoch;
  std::uint64_t offset = 0; ///< One more with every message of the epoch.

  bool operator==(const position&) const = default;
};

/// What became of one publish.
struct publish_receipt {
  /// `none` (handed over), `bus_unavailable` or `timeout`.
  errc error = errc::none;

  /// Only with success, and only from a bus that keeps the channel's history.
  std::optional<position> at = std::nullopt;
};

} // namespace atrium
