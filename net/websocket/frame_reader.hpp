#pragma once

#include <boost/beast/websocket/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace atrium {

/// Finds messages and control frames in the bytes that a client sends (RFC
/// 6455, section 5), however these are cut. A frame that comes in one piece is
/// unmasked where it is and not copied; only what has come in part is kept, so
/// that an idle connection has no memory for reading. Knows nothing of sockets.
class frame_reader {
public:
  using error = boost::beast::websocket::error;

  enum class found : std::uint8_t {
    nothing, ///< All bytes are taken.
    text,    ///< A whole message, in UTF-8.
    binary,  ///< The beginning of a message that is not text.
    ping,
    pong,
    close,
    mistake, ///< See `mistake`; nothing can be read any more.
  };

  /// Messages may have `longest` bytes.
  explicit frame_reader(std::size_t longest) : longest_(longest) {
    // nop
  }

  /// Takes bytes off the front of `in`, and changes them, until something is
  /// found.
  found take(std::span<char>& in);

  /// What the latest message or control frame has said: valid as long as what
  /// it was found in, and until `take` or `release`.
  std::string_view payload() const {
    return payload_;
  }

  /// Why the bytes cannot be read.
  error mistake() const {
    return mistake_;
  }

  /// Gives back the memory of what was found.
  void release();

  /// Finds no messages from now on, only control frames.
  void skip_messages() {
    skips_ = true;
  }

  /// Returns how many frames have begun that end no message: control frames,
  /// and all fragments but the last. Counted anew after each call.
  std::size_t take_extra_frames() {
    return std::exchange(extra_, 0);
  }

  /// Bytes of the current frame that have not come yet.
  std::uint64_t missing() const {
    return missing_;
  }

private:
  enum class content : std::uint8_t { none, text, other };

  bool take_head(std::span<char>& in);
  std::size_t head_length() const;
  unsigned opcode() const;
  bool is_control() const;
  bool is_final() const;
  void read_length();
  error flaw_of_head() const;
  found begin_frame();
  found take_payload(std::span<char>& in);
  found take_control(std::string_view part);
  found take_data(std::string_view part, bool is_ascii);
  found check_text(bool is_whole);
  found fail(error why);
  bool unmask(std::span<char> bytes);

  static constexpr std::size_t longest_head = 14;

  std::size_t longest_;
  std::uint64_t missing_ = 0;
  std::size_t size_ = 0;    // of the message up to the end of the frame
  std::size_t checked_ = 0; // bytes of `kept_` that are known to be UTF-8
  std::string kept_;        // of a message that has come in part
  std::string control_;     // of such a control frame
  std::string_view payload_;
  std::uint32_t extra_ = 0;
  error mistake_ = error::closed;
  std::array<unsigned char, longest_head> head_;
  std::uint8_t head_size_ = 0;
  std::uint8_t phase_ = 0; // where in the key the next byte is
  bool in_frame_ = false;  // the head has come
  bool skips_ = false;
  content message_ = content::none; // the one that has begun
};

} // namespace atrium
