#pragma once

#include "atrium/broker/bus.hpp"

#include <string_view>

namespace atrium {

/// One unmasked WebSocket text message (RFC 6455, section 5.2) as it goes over
/// the wire: header and payload in one block, made once and shared by all the
/// connections that receive it. Copying it copies a pointer.
class frame {
public:
  frame() = default;

  /// Encodes `payload`, which is UTF-8, as a single final frame.
  static frame text(std::string_view payload);

  /// Takes over bytes that are encoded already, one or more frames.
  static frame raw(std::string bytes) {
    return frame{std::move(bytes), 0};
  }

  /// A ping without payload: the keep-alive of a connection.
  static const frame& ping();

  /// Returns a frame on the same bytes whose copies are counted apart from this
  /// one's: threads that share a frame would fight over its counter, once for
  /// every receiver.
  frame counted_apart() const {
    frame result = *this;
    auto owner = std::make_shared<shared_bytes>(bytes_);
    result.bytes_ = shared_bytes{owner, owner->get()};
    return result;
  }

  /// Header and payload.
  std::string_view bytes() const {
    return bytes_ ? std::string_view{*bytes_} : std::string_view{};
  }

  /// What the client sees.
  std::string_view payload() const {
    return bytes().substr(header_size_);
  }

private:
  explicit frame(std::string bytes, std::size_t header_size)
    : bytes_(std::make_shared<const std::string>(std::move(bytes))),
      header_size_(header_size) {
    // nop
  }

  shared_bytes bytes_;
  std::size_t header_size_ = 0;
};

} // namespace atrium
