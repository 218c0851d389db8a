#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/lane_interface.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/queue_cost.hpp"

#include <caf/send.hpp>

#include <functional>
#include <utility>

namespace atrium {

/// Sends fan-outs to lanes, each within the bound of its queue. What a lane
/// does not take is dropped and counted, and its receivers are told of the gap:
/// before the next thing that the lane takes, or when it has caught up. Belongs
/// to one actor, whose number is `owner`.
class lane_fan_out {
public:
  /// Tells the receivers on a lane that they have missed something between
  /// these times. Any thread, also when the owner has ended.
  using notice = std::function<void(const lane_actor& to, unix_time from,
                                    unix_time until)>;

  lane_fan_out(environment_ptr env, actor_number owner, notice tell)
    : env_(std::move(env)), owner_(owner), tell_(std::move(tell)) {
    // nop
  }

  std::size_t size() const {
    return env_->lanes.size();
  }

  const lane_actor& actor(std::size_t lane) const {
    return env_->lanes[lane].actor;
  }

  /// Sends `x`, which has content and a source; false if it was dropped.
  template <class FanOut>
  bool send(std::size_t lane, const FanOut& x) {
    auto& queue = *env_->lanes[lane].queue;
    if (!queue.try_acquire(queue_cost(x.content->size()))) {
      ++env_->delivery_counts->lane_queue_drops;
      queue.miss(owner_, x.from.time, x.from.time,
                 [to = actor(lane), tell = tell_](auto from, auto until) {
                   tell(to, from, until);
                 });
      return false;
    }
    queue.settle(owner_);
    caf::anon_send(actor(lane), x);
    return true;
  }

private:
  environment_ptr env_;
  actor_number owner_;
  notice tell_;
};

} // namespace atrium
