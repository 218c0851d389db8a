#include "atrium/broker/redis/redis_publisher.hpp"

#include <utility>

namespace atrium {

redis_publisher::redis_publisher(boost::asio::io_context& io,
                                 const redis_bus_config& config,
                                 publish_ledger& ledger,
                                 demotion_handler on_demoted)
  : log_(config.log),
    queue_(ledger, config.log),
    on_demoted_(std::move(on_demoted)),
    timer_(io),
    link_(io, config, "cmd", *this) {
  // nop
}

void redis_publisher::start() {
  link_.start();
}

void redis_publisher::stop() {
  up_ = false;
  link_.stop();
  timer_.cancel();
  queue_.fail_all();
}

void redis_publisher::push(publish_job job) {
  queue_.push(std::move(job));
}

void redis_publisher::wake() {
  watch_deadlines();
  link_.wake();
}

void redis_publisher::on_up() {
  up_ = true;
  last_error_.clear();
}

void redis_publisher::on_proven() {
  link_.settled();
}

void redis_publisher::on_down(gap_clock::steady, std::string_view reason) {
  up_ = false;
  ++losses_;
  queue_.on_lost();
  if (is_demotion(reason))
    on_demoted_(reason, nullptr);
}

void redis_publisher::on_turned_away(const redis_protocol::endpoint& from,
                                     std::string_view reason) {
  on_demoted_(reason, &from);
}

void redis_publisher::compose(std::string& out) {
  queue_.compose(out);
}

bool redis_publisher::idle() const {
  return queue_.idle();
}

std::string_view redis_publisher::on_reply(resp_reply reply) {
  if (is_error(reply))
    report(loggable(reply.front().text));
  if (!queue_.on_reply(reply))
    return "an answer to no command";
  return demotion_in(reply);
}

void redis_publisher::on_read_end() {
  // nop
}

// The same complaint about each of thousands of publishes is one line.
void redis_publisher::report(std::string_view error) {
  if (error == last_error_)
    return;
  last_error_ = error;
  log_to(log_, log::level::warn, "publish_refused", {{"error", last_error_}},
         "PUBLISH is refused");
}

// One timer for all: deadlines never decrease from one publish to the next.
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
