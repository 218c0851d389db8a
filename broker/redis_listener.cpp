#include "atrium/broker/redis_listener.hpp"

#include <utility>

namespace atrium {

redis_listener::redis_listener(boost::asio::io_context& io,
                               const redis_bus_config& config)
  : table_(config.log), tracker_(table_), link_(io, config, "sub", *this) {
  // nop
}

void redis_listener::start() {
  link_.start();
}

void redis_listener::stop() {
  up_ = false;
  channels_ = 0;
  link_.stop();
  table_.clear();
}

void redis_listener::add(bus_listener_ptr who) {
  if (table_.add(who) && tracker_.want(who->channel))
    table_.on_acknowledged(who->channel);
}

void redis_listener::remove(const bus_listener_ptr& who) {
  if (table_.remove(who))
    tracker_.unwant(who->channel);
}

void redis_listener::wake() {
  channels_ = tracker_.wanted();
  link_.wake();
}

void redis_listener::on_up() {
  up_ = true;
}

void redis_listener::on_down(unix_time proven) {
  up_ = false;
  ++losses_;
  table_.on_lost(proven);
  tracker_.on_lost();
}

void redis_listener::compose(std::string& out) {
  tracker_.compose(out);
}

bool redis_listener::idle() const {
  return tracker_.idle();
}

std::string_view redis_listener::on_reply(resp_reply reply) {
  using verdict = subscription_tracker::verdict;
  switch (tracker_.on_reply(reply)) {
  case verdict::ok:
    return {};
  case verdict::not_ready:
    return reply.front().text;
  default:
    return "an answer to no command";
  }
}

void redis_listener::on_read_end() {
  table_.flush();
  received_ = table_.received();
  channels_ = tracker_.wanted();
  if (up_ && tracker_.settled())
    link_.settled();
}

} // namespace atrium
