#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/broker/redis/gap_clock.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace atrium {

class redis_client;

/// What a `redis_bus` promises; the defaults suit production.
struct redis_bus_config {
  /// Bounds of the publishes without an answer: how many, and their payloads.
  std::size_t max_pending = 65'536;
  std::size_t max_pending_bytes = std::size_t{64} << 20;

  /// After this time a publish without an answer gets `timeout`.
  std::chrono::milliseconds publish_timeout{5'000};

  /// What the clocks of two nodes may differ by without a gap being told too
  /// short.
  std::chrono::milliseconds clock_skew{0};

  /// Tells the time; replaced by tests.
  std::function<gap_clock::reading()> clock = gap_clock::machine;
};

/// Carries messages through the pub/sub of one Redis, over both links of a
/// client.
///
/// All calls to subscribers and most calls to receipts come from the thread of
/// the client. While a link is down, publishes wait within the bounds of the
/// configuration; those that were on their way when it was lost get
/// `bus_unavailable`: whether they took effect is unknown. Nothing is ever sent
/// twice.
class redis_bus : public bus {
public:
  using config = redis_bus_config;

  /// Returns at once. The client has to outlive the bus and is subscribed by no
  /// other.
  redis_bus(redis_client& client, redis_bus_config config);

  redis_bus(const redis_bus&) = delete;
  redis_bus& operator=(const redis_bus&) = delete;

  /// Stops the bus if that has not happened yet.
  ~redis_bus() override;

  [[nodiscard]] subscription
  subscribe(std::string channel, std::shared_ptr<subscriber> who) override;

  void publish(std::string channel, shared_bytes payload,
               receipt_handler done) override;

  /// The log over the command link, by the bounds and the timeout of publishes.
  history_log* history() override;

  /// Has other bounds of the publishes without an answer from now on; those
  /// that wait stay. Any thread.
  void resize(std::size_t max_pending, std::size_t max_pending_bytes);

  void ping(std::function<void()> answer) override;

  void confirm(std::string channel, std::function<void()> carried) override;

  void stop() override;

  bus_stats stats() const override;

private:
  class impl;

  // Shared with nobody for long: subscriptions hold it weakly, so that they
  // may end after the bus.
  std::shared_ptr<impl> impl_;
};

} // namespace atrium
