#pragma once

#include "atrium/net/cli/bench/stamp.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::bench {

/// Makes the frames of one publisher and, in a closed loop, holds it back
/// while `window` of its messages are unfinished. Does no I/O.
class publisher {
public:
  struct setup {
    std::uint16_t run = 0;
    std::uint32_t number = 0;    ///< Of the publisher within the run.
    std::size_t window = 0;      ///< 0: never held back.
    std::uint32_t receivers = 0; ///< Of each message.
  };

  /// `text` is a request with `blank_data` in it; all messages are like it.
  publisher(const setup& how, std::string_view text);

  bool may_publish() const {
    return left_.empty() || published_ - finished_ < left_.size();
  }

  /// Returns the frame of the next message, valid until the next call. `time`
  /// is when the message was due, in ns.
  std::string_view next(std::uint64_t time);

  /// Messages so far; also the sequence number of the last one.
  std::uint32_t published() const {
    return published_;
  }

  std::uint32_t receivers() const {
    return setup_.receivers;
  }

  /// Counts one delivery of a message. Returns whether the publisher may
  /// publish because of it.
  bool delivered(std::uint32_t sequence);

  /// Gives up waiting for messages that are due before `time`: some of their
  /// deliveries were lost. Returns whether there were any.
  bool abandon_older_than(std::uint64_t time);

private:
  struct unfinished {
    std::uint32_t receivers = 0;
    std::uint64_t time = 0;
  };

  unfinished& slot_of(std::uint32_t sequence) {
    return left_[sequence % left_.size()];
  }

  bool advance();

  setup setup_;
  std::string frame_;
  std::size_t data_; ///< Where the data is in the frame.
  std::vector<unfinished> left_;
  std::uint32_t published_ = 0;
  std::uint32_t finished_ = 0; ///< All up to this one are.
};

} // namespace atrium::bench
