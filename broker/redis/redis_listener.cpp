#include "atrium/broker/redis/redis_listener.hpp"

#include <utility>

namespace atrium {

redis_listener::redis_listener(boost::asio::io_context& io, const bus_log& log,
                               redis_link& link, gap_clock time)
  : timed_listener(io, std::move(time)), on_(link, clock(), log) {
  on_.on_counted([this] { count(on_.received(), on_.channels()); });
}

void redis_listener::start() {
  on_.start();
  begin_seconds();
}

void redis_listener::stop() {
  end_seconds();
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
  count(on_.received(), on_.channels());
  on_.wake();
}

void redis_listener::retry() {
  on_.retry();
}

} // namespace atrium
