#pragma once

#include "atrium/actors/environment.hpp"

#include <caf/send.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace atrium {

/// Sends fan-outs to lanes, each within the bound of its queue. What a lane
/// does not take is dropped and counted, and before the next thing that it
/// takes its receivers are told of the gap. Belongs to one actor.
class lane_senders {
public:
  explicit lane_senders(environment_ptr env)
    : env_(std::move(env)), dropping_since_(env_->lanes.size()) {
    // nop
  }

  std::size_t size() const {
    return dropping_since_.size();
  }

  const lane_actor& actor(std::size_t lane) const {
    return env_->lanes[lane].actor;
  }

  /// Sends `x`, a `fan_out` or `fan_out_all`; false if it was dropped.
  /// `notice(from, to)` makes the message that tells of a gap.
  template <class FanOut, class Notice>
  bool send(std::size_t lane, const FanOut& x, Notice notice) {
    auto& since = dropping_since_[lane];
    if (!env_->lanes[lane].queue->try_enter(1)) {
      ++env_->counters->lane_queue_drops;
      if (!since)
        since = env_->now();
      return false;
    }
    if (auto from = std::exchange(since, std::nullopt))
      caf::anon_send(actor(lane), notice(*from, env_->now()));
    caf::anon_send(actor(lane), x);
    return true;
  }

private:
  environment_ptr env_;
  std::vector<std::optional<unix_time>> dropping_since_;
};

} // namespace atrium
