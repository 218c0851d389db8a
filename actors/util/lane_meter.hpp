#pragma once

#include "atrium/actors/util/lane_counters.hpp"
#include "atrium/actors/util/message_source.hpp"

#include <functional>
#include <vector>

namespace atrium {

/// Counts what a lane delivers, and measures how long that took: from the time
/// of the envelope, which is in milliseconds, to the end of the flush that has
/// written it. Belongs to the lane's thread; only `counters` may be read by
/// others. What is of an unknown source is counted, but not measured.
class lane_meter {
public:
  using clock = std::function<unix_time()>;

  /// `now` is there for tests.
  explicit lane_meter(clock now = {});

  lane_counters& counters() noexcept {
    return counters_;
  }

  const lane_counters& counters() const noexcept {
    return counters_;
  }

  /// One message was appended to the outboxes of so many receivers.
  void delivered(scope to, const message_source& from, std::uint64_t receivers);

  /// What was appended before is written, as far as the sockets took it.
  void flushed();

private:
  struct delivery {
    message_source from;
    std::uint64_t receivers = 0;
  };

  lane_counters counters_;
  clock now_;
  std::vector<delivery> unwritten_; // bounded; over it measured too early
};

} // namespace atrium
