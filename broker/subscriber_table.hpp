#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/broker/bus_log.hpp"
#include "atrium/broker/string_map.hpp"
#include "atrium/broker/subscription_tracker.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
};

using bus_listener_ptr = std::shared_ptr<bus_listener>;

/// Knows who listens to which channel and tells them, in the order that the
/// contract of `subscriber` demands. Messages of channels that are not
/// acknowledged are dropped: they belong to a subscription that has ended.
/// Pure state, for one thread.
class subscriber_table final : public subscription_events {
public:
  /// Tells the time; replaced by tests.
  using clock = std::function<unix_time()>;

  explicit subscriber_table(bus_log log = {}, clock now = {});

  /// Adds a listener; returns whether it is the first of its channel. One that
  /// joins an acknowledged channel is told at once.
  bool add(bus_listener_ptr who);

  /// Removes a listener; returns whether it was the last of its channel.
  bool remove(const bus_listener_ptr& who);

  void on_acknowledged(std::string_view name) override;
  void on_refused(std::string_view name, std::string_view reason) override;
  void on_message(std::string_view name, std::string_view payload) override;

  /// Hands out the messages gathered since the last call, a batch per listener.
  void flush();

  /// Marks all channels as lost: what was published after `since` is missed.
  void on_lost(unix_time since);

  /// Lets go of all listeners.
  void clear();

  /// Returns how many messages have arrived for listeners.
  std::uint64_t received() const noexcept {
    return received_;
  }

private:
  struct channel_state {
    std::vector<bus_listener_ptr> listeners;
    std::vector<shared_bytes> batch;
    std::optional<unix_time> lost_since;
    bool live = false; // acknowledged
  };

  template <class F>
  void tell(const bus_listener& who, F&& f);

  void greet(bus_listener& who);
  void deliver(channel_state& channel);

  bus_log log_;
  clock now_;
  string_map<channel_state> channels_;
  std::vector<std::string> touched_; // channels with a batch
  std::uint64_t received_ = 0;
};

} // namespace atrium
