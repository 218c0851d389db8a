#include "atrium/broker/redis/redis_task.hpp"

#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/broker/util/handoff.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace atrium {

redis_task::redis_task(redis_client& client)
  : client_(client), timer_(client.io()) {
  // nop
}

void redis_task::start(const profile& what) {
  boost::asio::post(client_.io(), [this, what] {
    client_.add(*this, what);
    go_on();
  });
}

// The last step returns when what was posted before has run: handlers that
// still refer to the task, such as that of the cancelled timer.
void redis_task::stop(std::chrono::milliseconds patience) {
  if (stopped_.exchange(true))
    return;
  boost::asio::post(client_.io(), [this, patience] {
    last_ = clock::now() + patience;
    on_stop();
    go_on();
  });
  ended_.get_future().wait();
  run_on(client_.io(), [] {});
}

// Work first: it adds what the client then sends, and only after both is it
// known whether anything is left to wait for.
void redis_task::go_on() {
  if (is_over_)
    return;
  auto next = work(clock::now());
  client_.wake();
  publish_stats();
  if (last_ && (is_settled() || clock::now() >= *last_))
    return end();
  timer_.expires_at(last_ ? std::min(next, *last_) : next);
  timer_.async_wait([this](boost::system::error_code ec) {
    if (!ec)
      go_on();
  });
}

void redis_task::go_on_soon() {
  boost::asio::post(client_.io(), [this] { go_on(); });
}

void redis_task::on_read_end() {
  publish_stats();
  go_on_soon();
}

// In this order: who has come too late for Redis is answered while the client
// still knows the task, and the counters are right before `stop` returns.
void redis_task::end() {
  is_over_ = true;
  on_end(clock::now());
  client_.remove(*this);
  timer_.cancel();
  publish_stats();
  ended_.set_value();
}

} // namespace atrium
