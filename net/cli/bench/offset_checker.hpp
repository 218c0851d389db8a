#pragma once

#include "atrium/net/cli/bench/dialect.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace atrium::bench {

/// Finds out whether the messages that each client gets stand one after the
/// other in the history of its room. Clients of rooms without a history may get
/// only messages without an offset.
class offset_checker {
public:
  explicit offset_checker(std::size_t clients) : next_(clients, 0) {
    // nop
  }

  /// The client gets what comes after `offset` from now on.
  void start(std::size_t client, std::uint64_t offset) {
    next_[client] = offset + 1;
  }

  /// The client has asked for what it has missed, and gets what comes after
  /// `offset`, which should be where it was.
  void resume(std::size_t client, std::uint64_t offset) {
    wrong_ += offset + 1 != next_[client];
    start(client, offset);
  }

  /// The client has got a message.
  void pass(std::size_t client, message_place at) {
    auto& next = next_[client];
    if (at.offset == 0 ? next != 0 : at.previous + 1 != next)
      ++wrong_;
    // A repetition or a message of the past is no step back.
    if (next != 0 && at.offset >= next)
      next = at.offset + 1;
  }

  /// Messages and answers that were not in their place.
  std::uint64_t wrong() const {
    return wrong_;
  }

  /// Offset of the last message of a client, or where it has started.
  std::uint64_t last(std::size_t client) const {
    return next_[client] - 1;
  }

private:
  std::vector<std::uint64_t> next_; ///< 0: the room has no history.
  std::uint64_t wrong_ = 0;
};

} // namespace atrium::bench
