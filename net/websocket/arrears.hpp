#pragma once

#include "atrium/net/websocket/outbox.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

namespace atrium {

/// What is held against a client that does not take what it has caused, beside
/// its outbox: the latest pong, the bytes of those that it has replaced, and
/// since when more waits than may.
class arrears {
public:
  using clock = std::chrono::steady_clock;

  void keep(frame pong) {
    if (has_pong())
      skipped_ += pong_.bytes().size() + outbox::frame_overhead;
    pong_ = std::move(pong);
  }

  bool has_pong() const {
    return !pong_.bytes().empty();
  }

  frame take_pong() {
    return std::exchange(pong_, frame{});
  }

  /// Bytes that wait.
  std::size_t bytes() const {
    return pong_.bytes().size();
  }

  /// What counts as if it waited.
  std::size_t weight() const {
    return bytes() + skipped_;
  }

  void forget_skipped() {
    skipped_ = 0;
  }

  /// Too much waits, from now on if it did not before.
  void begin() {
    if (!full_since_)
      full_since_ = clock::now();
  }

  void end() {
    full_since_.reset();
  }

  /// How long too much has waited.
  clock::duration time() const {
    return full_since_ ? clock::now() - *full_since_ : clock::duration::zero();
  }

private:
  frame pong_;
  std::size_t skipped_ = 0;
  std::optional<clock::time_point> full_since_;
};

} // namespace atrium
