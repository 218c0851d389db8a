// The end of a WebSocket session: when it comes, and how it is told.

#include "atrium/net/http/node_context.hpp"
#include "atrium/net/lane/lane_thread.hpp"
#include "atrium/net/websocket/websocket_session.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace atrium {

namespace websocket = boost::beast::websocket;

namespace {

constexpr std::chrono::seconds close_timeout{5};
constexpr std::chrono::seconds silent_timeout{1}; // no answer to pings either

} // namespace

void websocket_session::last_until(unix_time end) {
  end_ = end;
  if (state_ == state::open)
    heartbeat::cancel_deadline(*this);
  watch_end();
}

// Deadlines are for few: set when the end comes before the next beat.
void websocket_session::watch_end() {
  if (state_ != state::open || farewell_ || end_ == never)
    return;
  auto left = std::chrono::ceil<std::chrono::seconds>(end_ - node_->env->now());
  if (left <= node_->options.ping_interval)
    lane_.pulse().expire_after(*this, std::max(left, std::chrono::seconds{0}));
}

void websocket_session::close(close_code code, std::string_view reason,
                              std::chrono::milliseconds after) {
  if (state_ == state::closing || state_ == state::gone)
    return;
  auto owes = state_ == state::open && unanswered_ > 0;
  if (code != close_code::going_away || !owes)
    return say_goodbye(code, reason, after);
  farewell_ = std::make_unique<farewell>(farewell{std::string{reason}, after});
  lane_.pulse().expire_after(*this, bus_patience());
}

void websocket_session::say_goodbye(close_code code, std::string_view reason,
                                    std::chrono::milliseconds after) {
  state_ = state::closing;
  // Most likely nobody answers. The place goes with the descriptor only.
  auto is_silent = code == close_code::no_pong;
  if (is_silent)
    from_.address_permit = {};
  if (stream_.is_open()) // or else Beast has closed it, with another code
    log_.closing(code);
  farewell_.reset();
  lane_.pulse().expire_after(*this, is_silent ? silent_timeout : close_timeout);
  stream_.next_layer().append(
    frame::text(protocol::closing_text(code, reason, after)));
  websocket::close_reason why{static_cast<std::uint16_t>(code)};
  why.reason.assign(reason.data(), reason.size());
  stream_.async_close(why,
                      [self = shared_from_this()](auto) { self->on_gone(); });
}

void websocket_session::on_too_slow() {
  if (state_ != state::open || !stream_.is_open())
    return;
  count_slow();
  stream_.next_layer().drop_unsent();
  close(close_code::slow_consumer, "the outbox is full", {});
}

void websocket_session::count_slow() {
  ++node_->env->counters->slow_consumers;
  lane_.counters().overflows[outbox_policy::disconnect].add();
  log_.too_slow();
}

void websocket_session::on_gone(boost::system::error_code why) {
  state_ = state::gone;
  for (auto& x : std::exchange(probes_, {}))
    x->answer(false);
  farewell_.reset();
  stream_.next_layer().close(); // a refused upgrade still has its answer there
  if (!actor_)
    return;
  log_.closed(why, stream_.reason().code);
  caf::anon_send(std::exchange(actor_, nullptr), disconnected{});
}

void websocket_session::on_teardown() {
  lane_.pulse().expire_after(*this, close_timeout);
}

void websocket_session::beat() {
  if (state_ != state::open || !stream_.is_open())
    return;
  watch_end();
  auto& by = node_->options;
  if (pulse_.is_silent(reading_)) { // not because of the window
    ++node_->env->counters->silent_closes;
    close(close_code::no_pong, "no answer to pings", {});
  } else if (unanswered_ == 0
             && pulse_.is_idle(by.ping_interval, by.idle_timeout)) {
    ++node_->env->counters->idle_closes;
    close(close_code::normal, "nothing was requested for too long", {});
  } else {
    append(frame::ping());
  }
}

bool websocket_session::doubt(const address_filter& whom) {
  if (state_ != state::open || !reading_ || !whom(from_.address))
    return false;
  if (doubt_ == 0)
    doubt_ = heartbeat::patience;
  append(frame::ping());
  return true;
}

void websocket_session::settle_doubt() {
  if (doubt_ == 0 || --doubt_ > 0 || state_ != state::open || !reading_)
    return;
  ++node_->env->counters->silent_closes;
  close(close_code::no_pong, "no answer to a ping when places were short", {});
}

void websocket_session::expire() {
  auto is_open = state_ == state::open && stream_.is_open();
  if (state_ == state::signing_on)
    close(close_code::try_again_later, "the bus does not answer", {});
  else if (auto last = std::move(farewell_))
    say_goodbye(close_code::going_away, last->reason, last->after);
  else if (is_open && end_ <= node_->env->now())
    close(close_code::token_expired, "the token has expired", {});
  else if (is_open && node_->life->lets_in())
    watch_end(); // the clock was set back
  else
    on_gone();
}

} // namespace atrium
