#pragma once

#include "atrium/actors/util/queue_cost.hpp"

#include <cstddef>

namespace atrium {

/// The requests of one client that are not answered yet. While there are too
/// many of them, or too many bytes, nothing more is read. One thread.
class request_window {
public:
  /// A request of so many bytes has come.
  void take(std::size_t bytes) {
    ++requests_;
    bytes_ += queue_cost(bytes);
  }

  /// One of them is answered.
  void answer() {
    // Of which request each byte was is not known here: an equal share goes, so
    // that one that waits for long does not keep the bytes of all others.
    bytes_ -= bytes_ / requests_;
    --requests_;
  }

  /// Whether all are answered.
  bool is_empty() const {
    return requests_ == 0;
  }

  /// Whether a further request may come. `most_bytes` may be passed by one.
  bool has_room(std::size_t most_requests, std::size_t most_bytes) const {
    return requests_ < most_requests && bytes_ <= most_bytes;
  }

private:
  std::size_t requests_ = 0;
  std::size_t bytes_ = 0; // of those, about
};

} // namespace atrium
