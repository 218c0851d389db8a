#include "atrium/broker/redis/redis_listener.hpp"

#include <utility>

namespace atrium {

redis_listener::redis_listener(redis_client& client, gap_clock clock)
  : client_(client),
    link_(client.subscriptions()),
    clock_(std::move(clock)),
    ticks_(client.io()),
    table_(clock_, client.log()),
    tracker_(table_) {
  // nop
}

void redis_listener::start() {
  client_.subscribe_by(*this);
  tick();
}

void redis_listener::stop() {
  channels_ = 0;
  link_.stop();
  is_over_ = true;
  ticks_.cancel();
  table_.clear();
}

void redis_listener::add(bus_listener_ptr who) {
  if (table_.add(who) && tracker_.want(who->channel))
    // The UNSUBSCRIBE of the last listener was not written yet and is dropped.
    // So Redis still holds the channel and sends no new acknowledgement.
    table_.on_held(who);
}

void redis_listener::remove(const bus_listener_ptr& who) {
  if (table_.remove(who))
    tracker_.unwant(who->channel);
}

void redis_listener::confirm(const std::string& channel,
                             std::function<void()> carried) {
  table_.confirm(channel, std::move(carried));
}

void redis_listener::wake() {
  channels_ = tracker_.wanted();
  // The question does not wait for the next second, because a client that joins
  // waits for the answer.
  if (table_.wants_proof())
    link_.ask_soon();
  else
    link_.wake();
}

// Since `on_lost` all wanted channels are due, and the link composes them next.
void redis_listener::on_up() {
  // nop
}

void redis_listener::on_down(gap_clock::steady proven, std::string_view) {
  table_.on_lost(proven);
  tracker_.on_lost();
}

void redis_listener::compose(std::string& out) {
  tracker_.compose(out);
}

bool redis_listener::idle() const {
  return tracker_.idle();
}

void redis_listener::on_asked() {
  table_.on_asked();
}

void redis_listener::on_proven() {
  table_.on_proven();
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
  // As long as channels are missing, a loss belongs to the same outage, and the
  // pauses between attempts go on growing.
  if (link_.status().is_up() && tracker_.settled())
    link_.settled();
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
  auto refused = table_.take_refused();
  for (auto& channel : refused)
    if (tracker_.want(channel))
      table_.on_acknowledged(channel);
  if (!refused.empty())
    wake();
}

} // namespace atrium
