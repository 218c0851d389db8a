#pragma once

#include "atrium/broker/publish_receipt.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace atrium {

/// The messages that logs have kept of late, by the ids that their publishers
/// have chosen: for five minutes, and within a bound in bytes, the oldest first
/// to go. Pure state, for one thread at a time.
class recent_ids {
public:
  using clock = std::chrono::steady_clock;

  static constexpr std::chrono::minutes lifetime{5};

  explicit recent_ids(std::size_t max_bytes) noexcept : max_bytes_(max_bytes) {
    // nop
  }

  /// Returns where the message of a channel stands; null: it is unknown. Valid
  /// until the next call.
  const position* find(std::string_view channel, std::string_view id,
                       clock::time_point now);

  /// Has another bound from the next message on.
  void resize(std::size_t max_bytes) noexcept {
    max_bytes_ = max_bytes;
  }

  /// Adds a message that is unknown.
  void add(std::string_view channel, std::string_view id, position at,
           clock::time_point now);

private:
  using table = std::unordered_map<std::string, position>;

  void forget_oldest();

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  table known_;

  // Until when, and what; oldest first. Elements of the table stay in place.
  std::deque<std::pair<clock::time_point, const table::value_type*>> order_;
};

} // namespace atrium
