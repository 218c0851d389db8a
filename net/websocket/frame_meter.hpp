#pragma once

#include "atrium/net/admission/token_bucket.hpp"

#include <cstddef>
#include <utility>

namespace atrium {

/// How fast a client may send frames that end no message, which is control
/// frames and all fragments but the last: they cost the node as much as a
/// message does, and no limit of messages or bytes is about them. The client is
/// not told when it is too fast: the node reads slower, and TCP holds it back.
/// One thread.
class frame_meter {
public:
  using clock = token_bucket::clock;

  /// `rate` has to outlive the meter.
  explicit frame_meter(const token_rate& rate) : rate_(&rate) {
    // nop
  }

  /// Takes how many such frames have come.
  void take(std::size_t frames) noexcept {
    if (frames != 0)
      pause_ = bucket_.owe(clock::now(), *rate_, frames);
  }

  /// Returns how long to wait before more is read, once.
  token_bucket::duration take_pause() noexcept {
    return std::exchange(pause_, token_bucket::duration::zero());
  }

private:
  const token_rate* rate_;
  token_bucket bucket_;
  token_bucket::duration pause_{};
};

} // namespace atrium
