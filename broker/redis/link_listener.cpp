#include "atrium/broker/redis/link_listener.hpp"

#include <utility>

namespace atrium {

link_listener::link_listener(redis_link& link, gap_clock& clock,
                             const bus_log& log, subscription_tracker::kind how)
  : link_(link), table_(clock, log), tracker_(table_, how) {
  // nop
}

void link_listener::stop() {
  link_.stop();
  table_.clear();
}

void link_listener::add(bus_listener_ptr who) {
  if (table_.add(who) && tracker_.want(who->channel))
    // The UNSUBSCRIBE of the last listener was not written yet and is dropped.
    // So Redis still holds the channel and sends no new acknowledgement.
    table_.on_held(who);
}

bool link_listener::remove(const bus_listener_ptr& who) {
  auto was_last = table_.remove(who);
  if (was_last)
    tracker_.unwant(who->channel);
  return was_last;
}

void link_listener::confirm(const std::string& channel,
                            std::function<void()> carried) {
  table_.confirm(channel, std::move(carried));
}

void link_listener::wake() {
  // The question does not wait for the next second, because a client that joins
  // waits for the answer.
  if (table_.wants_proof())
    link_.ask_soon();
  else
    link_.wake();
}

auto link_listener::take(const std::string& channel,
                         std::chrono::seconds before)
  -> std::optional<audience> {
  auto result = table_.take(channel, link_.proven() - before);
  if (result)
    tracker_.unwant(channel);
  return result;
}

void link_listener::put(const std::string& channel, audience from) {
  table_.put(channel, std::move(from));
  if (tracker_.want(channel))
    table_.on_acknowledged(channel);
}

void link_listener::retry() {
  auto refused = table_.take_refused();
  for (auto& channel : refused)
    if (tracker_.want(channel))
      table_.on_acknowledged(channel);
  if (!refused.empty())
    wake();
}

// Since `on_lost` all wanted channels are due, and the link composes them next.
void link_listener::on_up() {
  // nop
}

void link_listener::on_down(gap_clock::steady proven, std::string_view) {
  table_.on_lost(proven);
  tracker_.on_lost();
}

void link_listener::compose(std::string& out) {
  tracker_.compose(out);
}

bool link_listener::idle() const {
  return tracker_.idle();
}

void link_listener::on_asked() {
  table_.on_asked();
}

void link_listener::on_proven() {
  table_.on_proven();
}

std::string_view link_listener::on_reply(resp_reply reply) {
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

void link_listener::on_read_end() {
  table_.flush();
  if (counted_)
    counted_();
  // As long as channels are missing, a loss belongs to the same outage, and the
  // pauses between attempts go on growing.
  if (link_.status().is_up() && tracker_.settled())
    link_.settled();
}

} // namespace atrium
