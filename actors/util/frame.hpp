#pragma once

#include "atrium/actors/util/outbox_policy.hpp"
#include "atrium/broker/util/shared_bytes.hpp"
#include "atrium/broker/util/time.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace atrium {

/// What a client misses who does not get a message of a room.
struct room_span {
  std::string room;
  unix_time from;
  unix_time to;
};

/// Bytes as they go over the wire to clients of one kind, in one block: made
/// once and shared by all the connections that receive them. What they mean,
/// only whoever has encoded them knows. Copying a frame copies a pointer.
class frame {
public:
  /// A room's number, as far as a frame carries it; 0: not a room's message.
  using topic_number = std::uint64_t;

  frame() = default;

  explicit frame(std::string bytes)
    : content_(std::make_shared<const block>(block{std::move(bytes)})) {
    // nop
  }

  /// A message of a room, or what stands for some of them.
  frame(std::string bytes, room_span missed)
    : content_(std::make_shared<const room_block>(
      room_block{{std::move(bytes)}, std::move(missed)})),
      has_span_(1) {
    // nop
  }

  /// Returns a frame on the same bytes whose copies are counted apart from this
  /// one's: threads that share a frame would fight over its counter, once for
  /// every receiver.
  frame counted_apart() const {
    frame result = *this;
    auto owner = std::make_shared<block_ptr>(content_);
    result.content_ = block_ptr{owner, owner->get()};
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

  std::string_view bytes() const {
    return content_ ? std::string_view{content_->bytes} : std::string_view{};
  }

  /// What is missed if it is dropped; null if it is not a room's.
  const room_span* missed() const {
    return has_span_ == 0
             ? nullptr
             : &static_cast<const room_block*>(content_.get())->missed;
  }

private:
  static constexpr topic_number topic_mask = (std::uint64_t{1} << 48) - 1;

  struct block {
    std::string bytes;
  };

  // A type of its own: most frames that only one client gets have no span.
  struct room_block : block {
    room_span missed;
  };

  using block_ptr = std::shared_ptr<const block>;

  block_ptr content_;
  // In one word: a frame is copied for each receiver.
  std::uint64_t has_span_ : 8 = 0;
  std::uint64_t policy_ : 8 = 0;
  std::uint64_t topic_ : 48 = 0;
};

static_assert(sizeof(frame) == sizeof(shared_bytes) + sizeof(std::uint64_t));

} // namespace atrium
