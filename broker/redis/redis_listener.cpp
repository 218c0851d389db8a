#include "atrium/broker/redis/redis_listener.hpp"

#include <chrono>
#include <utility>

namespace atrium {

redis_listener::redis_listener(boost::asio::io_context& io, const bus_log& log,
                               redis_link& link, gap_clock clock)
  : clock_(std::move(clock)), on_(link, clock_, log), ticks_(io) {
  on_.on_counted([this] {
    received_ = on_.received();
    channels_ = on_.channels();
  });
}

void redis_listener::start() {
  on_.start();
  tick();
}

void redis_listener::stop() {
  channels_ = 0;
  is_over_ = true;
  ticks_.cancel();
  on_.stop();
}

void redis_listener::add(bus_listener_ptr who) {
  on_.add(std::move(who));
}

void redis_listener::remove(const bus_listener_ptr& who) {
  on_.remove(who);
}

void redis_listener::confirm(const std::string& channel,
                             std::function<void()> carried) {
  on_.confirm(channel, std::move(carried));
}

void redis_listener::wake() {
  channels_ = on_.channels();
  on_.wake();
}

// The clock may be set while the link is down, too; and an operator may have
// given the permission that was missing.
void redis_listener::tick() {
  // Its handler was queued when it was stopped, and could not be cancelled any
  // more.
  if (is_over_)
    return;
  // Before the rest: what follows may throw when there is no memory.
  ticks_.expires_after(std::chrono::seconds{1});
  ticks_.async_wait([this](boost::system::error_code ec) {
    if (!ec)
      tick();
  });
  clock_.look();
  on_.retry();
}

} // namespace atrium
