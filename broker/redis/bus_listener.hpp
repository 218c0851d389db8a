#pragma once

#include "atrium/broker/bus.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace atrium {

/// One subscriber of one channel. All but `ended` belongs to the thread of the
/// bus.
struct bus_listener {
  bus_listener(std::string name, std::shared_ptr<subscriber> subscriber)
    : channel(std::move(name)), who(std::move(subscriber)) {
    // nop
  }

  const std::string channel;
  const std::shared_ptr<subscriber> who;
  std::atomic<bool> ended = false; ///< Set by whoever ends the subscription.
  bool told = false;               ///< Has had `on_subscribed`.
  bool refused = false;            ///< Has had `on_refused` since.
};

using bus_listener_ptr = std::shared_ptr<bus_listener>;

} // namespace atrium
