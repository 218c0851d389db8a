#pragma once

#include "atrium/broker/redis/channel_listener.hpp"
#include "atrium/broker/redis/gap_clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace atrium {

/// What all listeners have: counters that any thread reads, the clock of gaps,
/// and a second after which they try again.
class timed_listener : public channel_listener {
public:
  std::uint64_t received() const noexcept final {
    return received_.load();
  }

  std::size_t channels() const noexcept final {
    return channels_.load();
  }

protected:
  timed_listener(boost::asio::io_context& io, gap_clock clock);

  /// Calls `retry` now, and each second until `end_seconds`.
  void begin_seconds();
  void end_seconds();

  /// Asks anew for what was refused.
  virtual void retry() = 0;

  void count(std::uint64_t received, std::size_t channels) noexcept {
    received_ = received;
    channels_ = channels;
  }

  gap_clock& clock() noexcept {
    return clock_;
  }

private:
  gap_clock clock_;
  boost::asio::steady_timer ticks_;
  bool is_over_ = false;
  std::atomic<std::uint64_t> received_ = 0;
  std::atomic<std::size_t> channels_ = 0;
};

} // namespace atrium
