#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/gap_clock.hpp"
#include "atrium/broker/redis/redis_url.hpp"
#include "atrium/broker/tcp/name_lookup.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace atrium {

/// What a `redis_bus` needs to know; the defaults suit production.
struct redis_bus_config {
  redis_url url;

  /// Shown by `CLIENT LIST` with `.cmd` or `.sub` appended; no spaces.
  std::string client_name = "atrium";

  /// Bounds of the publishes without an answer: how many, and their payloads.
  std::size_t max_pending = 65'536;
  std::size_t max_pending_bytes = std::size_t{64} << 20;

  /// After this time a publish without an answer gets `timeout`.
  std::chrono::milliseconds publish_timeout{5'000};

  /// What each step of coming up may take: a name has to be resolved, one of
  /// its addresses has to answer, and the connection has to be set up. A name
  /// that takes longer is a line in the log, and is waited for all the same.
  std::chrono::milliseconds resolve_timeout{5'000};
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds setup_timeout{3'000};

  /// A link asks for a sign of life this often, and is lost if nothing arrives
  /// for `ping_timeout` after that.
  std::chrono::milliseconds ping_idle{1'000};
  std::chrono::milliseconds ping_timeout{3'000};

  /// What the clocks of two nodes may differ by without a gap being told too
  /// short.
  std::chrono::milliseconds clock_skew{0};

  /// A key that is written to, without effect, to learn whether the server
  /// takes writes at all; empty: that is not asked.
  std::string write_key;

  /// Pauses between attempts double from the floor up to the cap.
  std::chrono::milliseconds backoff_floor{50};
  std::chrono::milliseconds backoff_cap{1'000};

  /// Receives the lines of the bus; may be empty.
  bus_log log;

  /// Resolves names and tells the time; replaced by tests.
  name_lookup::resolver resolve = resolve_name;
  std::function<gap_clock::reading()> clock = gap_clock::machine;
};

/// Carries messages through the pub/sub of one Redis, over two connections that
/// heal themselves: one publishes, the other is subscribed.
///
/// Runs one thread, `atrium-bus`, that makes all calls to subscribers and most
/// calls to receipts. While a link is down, publishes wait within the bounds of
/// the configuration; those that were on their way when it was lost get
/// `bus_unavailable`: whether they took effect is unknown. Nothing is ever sent
/// twice.
class redis_bus final : public bus {
public:
  /// Starts the thread and returns at once; the links come up by themselves.
  explicit redis_bus(redis_bus_config config);

  redis_bus(const redis_bus&) = delete;
  redis_bus& operator=(const redis_bus&) = delete;

  /// Stops the bus if that has not happened yet.
  ~redis_bus() override;

  [[nodiscard]] subscription
  subscribe(std::string channel, std::shared_ptr<subscriber> who) override;

  void publish(std::string channel, shared_bytes payload,
               receipt_handler done) override;

  void ping(std::function<void()> answer) override;

  void confirm(std::string channel, std::function<void()> carried) override;

  void stop() override;

  bus_stats stats() const override;

private:
  class core;

  // Shared with nobody for long: subscriptions hold it weakly, so that they
  // may end after the bus.
  std::shared_ptr<core> core_;
};

} // namespace atrium
