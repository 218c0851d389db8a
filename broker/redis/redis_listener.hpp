#pragma once

#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/broker/redis/subscriber_table.hpp"
#include "atrium/broker/redis/subscription_tracker.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace atrium {

/// Listens to channels over the link of a client that is for that. For the
/// thread of its context, except for the counters.
class redis_listener final : private redis_dialog {
public:
  redis_listener(redis_client& client, gap_clock clock);

  /// Starts to connect.
  void start();

  /// Closes the link and lets go of all subscribers.
  void stop();

  /// Adds a subscriber; `wake` subscribes to its channel if need be.
  void add(bus_listener_ptr who);

  /// Removes a subscriber; `wake` unsubscribes if it was the last one.
  void remove(const bus_listener_ptr& who);

  /// Calls `carried` when Redis has shown that it carries `channel`.
  void confirm(const std::string& channel, std::function<void()> carried);

  /// Tells Redis about what was added and removed, and asks what is in doubt.
  void wake();

  /// Returns how many messages have arrived.
  std::uint64_t received() const noexcept {
    return received_.load();
  }

  /// Returns how many channels are wanted.
  std::size_t channels() const noexcept {
    return channels_.load();
  }

private:
  void on_up() override;
  void on_down(gap_clock::steady proven, std::string_view reason) override;
  void compose(std::string& out) override;
  bool idle() const override;
  void on_asked() override;
  void on_proven() override;
  std::string_view on_reply(resp_reply reply) override;
  void on_read_end() override;

  void tick();

  redis_client& client_;
  redis_link& link_;
  gap_clock clock_;
  boost::asio::steady_timer ticks_;
  bool is_over_ = false;
  subscriber_table table_;
  subscription_tracker tracker_;
  std::atomic<std::uint64_t> received_ = 0;
  std::atomic<std::size_t> channels_ = 0;
};

} // namespace atrium
