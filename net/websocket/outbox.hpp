#pragma once

#include "atrium/actors/util/frame.hpp"

#include <cstddef>
#include <span>
#include <sys/uio.h>
#include <vector>

namespace atrium {

/// The frames that wait for one socket, in order. Knows nothing of sockets: it
/// fills gather lists and is told how much of them was written.
class outbox {
public:
  void push(const frame& x) {
    bytes_ += x.bytes().size();
    frames_.push_back(x);
  }

  /// What a frame takes beside its bytes: its place in the list, which grows by
  /// doubling, and its block, if nobody shares it.
  static constexpr std::size_t frame_overhead = 128;

  /// Memory that waits: bytes that are not written yet, and what holds them.
  std::size_t held() const {
    return bytes_ + (frames_.size() - head_) * frame_overhead;
  }

  /// Bytes that are not written yet.
  std::size_t bytes() const {
    return bytes_;
  }

  bool empty() const {
    return bytes_ == 0;
  }

  /// Fills `out` from the front of the queue; returns how many it used. They
  /// are valid until `consume` or `drop_unsent`.
  std::size_t gather(std::span<iovec> out) const;

  /// Takes `n` bytes off the front, `n <= bytes()`. Returns how many frames
  /// have left with that.
  std::size_t consume(std::size_t n);

  /// Drops every frame of which nothing has been written yet.
  void drop_unsent();

  /// Drops frames that may be dropped, oldest first and none that has begun to
  /// leave, until no more than `most` is held. Returns them.
  std::vector<frame> drop_oldest(std::size_t most);

  /// Drops a room's frames of which only the latest counts, but none that has
  /// begun to leave. Returns how many.
  std::size_t drop_room(frame::topic_number room);

private:
  std::size_t release_all();

  auto first_unsent() {
    auto begun = head_ + (written_ > 0 ? 1 : 0);
    return frames_.begin() + static_cast<std::ptrdiff_t>(begun);
  }

  std::vector<frame> frames_;
  std::size_t head_ = 0;    // frames before it are written
  std::size_t written_ = 0; // of the frame at the head
  std::size_t bytes_ = 0;
};

} // namespace atrium
