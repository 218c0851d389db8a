#pragma once

#include "atrium/actors/util/outbox_policy.hpp"
#include "atrium/broker/bus.hpp"

#include <string_view>

namespace atrium {

/// One unmasked WebSocket text message (RFC 6455, section 5.2) as it goes over
/// the wire: header and payload in one block, made once and shared by all the
/// connections that receive it. Copying it copies a pointer.
class frame {
public:
  /// A room's number, as far as a frame carries it; 0: not a room's message.
  using topic_number = std::uint64_t;

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

  /// Returns the same frame as a message of this room, with its policy.
  frame of_room(topic_number room, outbox_policy policy) const {
    frame result = *this;
    result.policy_ = static_cast<std::uint8_t>(policy);
    result.topic_ = room & topic_mask;
    return result;
  }

  outbox_policy policy() const {
    return static_cast<outbox_policy>(policy_);
  }

  topic_number topic() const {
    return topic_;
  }

  /// Header and payload.
  std::string_view bytes() const {
    return bytes_ ? std::string_view{*bytes_} : std::string_view{};
  }

  /// Whether it is the answer to a ping.
  bool is_pong() const {
    return bytes().starts_with('\x8A');
  }

  /// What the client sees.
  std::string_view payload() const {
    return bytes().substr(header_size_);
  }

private:
  static constexpr topic_number topic_mask = (std::uint64_t{1} << 48) - 1;

  explicit frame(std::string bytes, std::size_t header_size)
    : bytes_(std::make_shared<const std::string>(std::move(bytes))),
      header_size_(static_cast<std::uint8_t>(header_size)) {
    // nop
  }

  shared_bytes bytes_;
  // In one word: a frame is copied for each receiver.
  std::uint64_t header_size_ : 8 = 0;
  std::uint64_t policy_ : 8 = 0;
  std::uint64_t topic_ : 48 = 0;
};

static_assert(sizeof(frame) == sizeof(shared_bytes) + sizeof(std::uint64_t));

} // namespace atrium
