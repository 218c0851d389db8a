#pragma once

#include "atrium/broker/redis/link_listener.hpp"
#include "atrium/broker/redis/timed_listener.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <string>

namespace atrium {

/// Listens to channels over the one link of a client that is for that.
class redis_listener final : public timed_listener {
public:
  redis_listener(boost::asio::io_context& io, const bus_log& log,
                 redis_link& link, gap_clock time);

  void start() override;
  void stop() override;
  void add(bus_listener_ptr who) override;
  void remove(const bus_listener_ptr& who) override;
  void confirm(const std::string& channel,
               std::function<void()> carried) override;
  void wake() override;

private:
  void retry() override;

  link_listener on_;
};

} // namespace atrium
