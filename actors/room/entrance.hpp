#pragma once

#include "atrium/actors/publication.hpp"
#include "atrium/broker/publish_receipt.hpp"

#include <optional>
#include <vector>

namespace atrium {

/// What somebody gets who comes into a room with a history.
struct entrance {
  /// Where the newcomer stands; nothing: the room has no history.
  std::optional<position> at = std::nullopt;

  /// Whether that is what the newcomer had; nothing if it had nothing.
  std::optional<bool> recovered = std::nullopt;

  /// What follows `at`. Without `has_more`, the newcomer has caught up with the
  /// room then.
  std::vector<publication_ptr> messages = {};
  bool has_more = false;
};

} // namespace atrium
