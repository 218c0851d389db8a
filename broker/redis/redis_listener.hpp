#pragma once

#include "atrium/broker/redis/channel_listener.hpp"
#include "atrium/broker/redis/gap_clock.hpp"
#include "atrium/broker/redis/link_listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace atrium {

/// Listens to channels over the one link of a client that is for that.
class redis_listener final : public channel_listener {
public:
  redis_listener(boost::asio::io_context& io, const bus_log& log,
                 redis_link& link, gap_clock clock);

  void start() override;
  void stop() override;
  void add(bus_listener_ptr who) override;
  void remove(const bus_listener_ptr& who) override;
  void confirm(const std::string& channel,
               std::function<void()> carried) override;
  void wake() override;

  std::uint64_t received() const noexcept override {
    return received_.load();
  }

  std::size_t channels() const noexcept override {
    return channels_.load();
  }

private:
  void tick();

  gap_clock clock_;
  link_listener on_;
  boost::asio::steady_timer ticks_;
  bool is_over_ = false;
  std::atomic<std::uint64_t> received_ = 0;
  std::atomic<std::size_t> channels_ = 0;
};

} // namespace atrium
