#pragma once

#include "atrium/net/admission/token_bucket.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace atrium {

/// Counts frames in what a client sends (RFC 6455, section 5.2), before anybody
/// has read them: only those that end no message, which is control frames and
/// all fragments but the last. They cost the node as much as a message does,
/// and no limit of messages or bytes is about them. Bytes that are no frames
/// are counted somehow: whoever reads them closes the connection.
class frame_counter {
public:
  /// Takes bytes as they come; returns how many such frames begin in them.
  std::size_t take(std::span<const char> bytes) noexcept;

private:
  void take_head(std::uint8_t byte) noexcept;

  std::uint64_t rest_ = 0;  // of the length while the head is read, then of
                            // the frame
  std::uint8_t first_ = 0;  // with the opcode
  std::uint8_t read_ = 0;   // bytes of the head
  std::uint8_t length_ = 0; // bytes of it that are a longer length
  bool masked_ = false;
};

/// How fast a client may send such frames. It is not told when it is too fast:
/// the node reads slower, and TCP holds it back. One thread.
class frame_meter {
public:
  using clock = token_bucket::clock;

  /// `rate` has to outlive the meter.
  explicit frame_meter(const token_rate& rate) : rate_(&rate) {
    // nop
  }

  /// Takes what has been read.
  void take(std::span<const char> bytes) noexcept {
    if (auto n = counter_.take(bytes); n != 0)
      pause_ = bucket_.owe(clock::now(), *rate_, n);
  }

  /// Returns how long to wait before more is read, once.
  token_bucket::duration take_pause() noexcept {
    return std::exchange(pause_, token_bucket::duration::zero());
  }

private:
  const token_rate* rate_;
  frame_counter counter_;
  token_bucket bucket_;
  token_bucket::duration pause_{};
};

} // namespace atrium
