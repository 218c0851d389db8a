#include "atrium/broker/redis/timed_listener.hpp"

#include <chrono>
#include <utility>

namespace atrium {

timed_listener::timed_listener(boost::asio::io_context& io, gap_clock clock)
  : clock_(std::move(clock)), ticks_(io) {
  // nop
}

// The clock may be set while links are down, too; and an operator may have
// given the permission that was missing.
void timed_listener::begin_seconds() {
  // Its handler was queued when it was stopped, and could not be cancelled any
  // more.
  if (is_over_)
    return;
  // Before the rest: what follows may throw when there is no memory.
  ticks_.expires_after(std::chrono::seconds{1});
  ticks_.async_wait([this](boost::system::error_code ec) {
    if (!ec)
      begin_seconds();
  });
  clock_.look();
  retry();
}

void timed_listener::end_seconds() {
  is_over_ = true;
  ticks_.cancel();
  channels_ = 0;
}

} // namespace atrium
