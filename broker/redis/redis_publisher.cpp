#include "atrium/broker/redis/redis_publisher.hpp"

#include <utility>

namespace atrium {

redis_publisher::redis_publisher(redis_client& client,
                                 publish_accounting& accounting)
  : client_(client), queue_(accounting, client.log()), timer_(client.io()) {
  // nop
}

void redis_publisher::start() {
  client_.add(*this, {{}, "publish_refused", "PUBLISH is refused"});
}

void redis_publisher::stop() {
  client_.remove(*this);
  // The handler runs once more, with an error or, if it was queued already, for
  // an empty queue. `redis_bus` waits for the handler (`run_on`).
  timer_.cancel();
  queue_.fail_all();
}

void redis_publisher::push(publish_job job) {
  queue_.push(std::move(job));
}

void redis_publisher::wake() {
  watch_deadlines();
  client_.wake();
}

void redis_publisher::on_lost() {
  queue_.on_lost();
}

void redis_publisher::compose(std::string& out, std::size_t limit) {
  queue_.compose(out, limit);
}

std::size_t redis_publisher::unanswered() const {
  return queue_.in_flight();
}

std::string_view redis_publisher::on_reply(resp_reply reply) {
  return queue_.on_reply(reply) ? "" : "an answer to no command";
}

// One timer for all: deadlines never decrease from one publish to the next. An
// answer does not move the timer: an idle wake-up now and then costs less than
// a cancelled wait for each publish.
void redis_publisher::watch_deadlines() {
  auto next = queue_.next_deadline();
  if (watching_ || !next)
    return;
  watching_ = true;
  timer_.expires_at(*next);
  timer_.async_wait([this](boost::system::error_code ec) {
    watching_ = false;
    if (ec)
      return;
    queue_.expire(publish_queue::clock::now());
    watch_deadlines();
  });
}

} // namespace atrium
