#include "atrium/net/websocket/websocket_session.hpp"

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/session/connection.hpp"
#include "atrium/net/admission/admission.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/http/credentials.hpp"
#include "atrium/net/http/node_context.hpp"
#include "atrium/net/lane/lane_thread.hpp"

#include <caf/send.hpp>

namespace atrium {

namespace websocket = boost::beast::websocket;

namespace {

constexpr std::chrono::seconds close_timeout{5};
constexpr std::chrono::seconds silent_timeout{1}; // no answer to pings either

} // namespace

websocket_session::websocket_session(transport below, lane_thread& lane,
                                     node_context_ptr node, entry from,
                                     const websocket_encoder& speaks)
  : first_(*node->rules),
    speaks_(speaks),
    stream_(std::move(below), lane.flushes(), first_.session.outbox_bytes,
            first_.rates.frames, first_.session.max_message_bytes),
    node_(std::move(node)),
    lane_(lane),
    from_(std::move(from)),
    log_(node_->env),
    intake_(speaks.codec(), lane, *node_) {
  // nop
}

// -- coming -------------------------------------------------------------------

void websocket_session::upgrade(const http_request& request) {
  stream_.owned_by(weak_from_this());
  stream_.accept(request, speaks_.codec().subprotocol());
}

void websocket_session::accept(const http_request& request, identity who) {
  upgrade(request);
  auto device = query_value(std::string_view{request.target()}, "device");
  sign_on(std::move(who), traceparent_of(request), device.value_or(""));
}

void websocket_session::reject(const http_request& request, close_code code,
                               std::string_view reason) {
  upgrade(request);
  close(code, reason, {});
}

void websocket_session::sign_on(identity who, std::string traceparent,
                                std::string device) {
  state_.sign_on();
  expiry_.move_to(who.expires);
  lane_.timers().expire_after(*this, bus_patience());
  auto* unit = static_cast<lane_unit*>(&lane_.unit());
  // Session and actor hold each other, until `on_gone`.
  intake_.connect(node_->system.spawn<connection>(
    unit,
    connection_setup{node_->env, node_->directory, shared_from_this(),
                     lane_.index(), who, std::move(traceparent)},
    std::move(device)));
  log_.begin(intake_.actor()->id(), who.user);
}

std::chrono::seconds websocket_session::bus_patience() const {
  return std::chrono::ceil<std::chrono::seconds>(
    node_->env->limits->bus_timeout);
}

// The client hears its welcome before anything that its actor sends it.
void websocket_session::open(const welcome& hello) {
  if (!state_.open())
    return;
  lane_timers::cancel_deadline(*this);
  lane_.timers().start(*this);
  append(frame{text_frame(
    speaks_.codec().text_of(hello, first_.settings, node_->env->now()))});
  lane_.counters().connections.add();
  log_.opened(hello, *this);
  watch_expiry();
  // Not before: until here requests wait in the socket.
  stream_.read();
}

// -- reading ------------------------------------------------------------------

bool websocket_session::on_heard() {
  activity_.hear();
  return state_.is_listening();
}

void websocket_session::on_message(std::string_view text) {
  // First: what is refused at once is answered within `take`.
  window_.take(text.size());
  activity_.ask();
  intake_.take(text, shared_from_this());
}

void websocket_session::on_binary() {
  close(close_code::unsupported, "binary frames are not supported", {});
}

void websocket_session::on_ready() {
  auto& most = node_->rules->session;
  if (state_.is_listening() && !stream_.is_reading()
      && window_.has_room(most.request_window, most.outbox_bytes))
    stream_.read();
}

// -- writing ------------------------------------------------------------------

std::size_t websocket_session::append(delivery& x) {
  auto& content = x.encoded_by(speaks_);
  return append(content) ? content.bytes().size() : 0;
}

outbox_relief websocket_session::relief() {
  return {stream_.out(), speaks_.codec(), lane_.counters(),
          *node_->client_counts};
}

void websocket_session::write(const reply& x) {
  auto* failed = std::get_if<failure>(&x);
  if (append(frame{text_frame(speaks_.codec().text_of(x))})
      && failed != nullptr)
    lane_.counters().errors[failed->code].add();
}

void websocket_session::answer(const reply& x) {
  window_.answer();
  auto* failed = std::get_if<failure>(&x);
  if (failed != nullptr || !protocol::id_of(x).empty())
    write(x);
  if (failed != nullptr) {
    log_.refused(*failed);
    if (state_.is_open() && !intake_.forgives(*failed))
      close(close_code::too_many_errors, "too many errors or refused requests",
            {});
  }
  if (state_.is_dismissed() && window_.is_empty())
    return expire();
  on_ready();
}

// -- going --------------------------------------------------------------------

void websocket_session::last_until(unix_time end) {
  expiry_.move_to(end);
  // Or else the client is told to go, and a newer token does not put that off.
  if (state_.is_listening())
    lane_timers::cancel_deadline(*this);
  watch_expiry();
}

void websocket_session::watch_expiry() {
  if (!state_.is_listening())
    return;
  if (auto left = expiry_.due(node_->env->now(), first_.settings.ping_interval))
    lane_.timers().expire_after(*this, *left);
}

void websocket_session::close(close_code code, std::string_view reason,
                              std::chrono::milliseconds after) {
  using step = session_state::close_step;
  auto next = state_.close(code, reason, after, !window_.is_empty());
  if (next == step::now)
    send_closing(code, reason, after);
  else if (next == step::after_answers)
    lane_.timers().expire_after(*this, bus_patience());
}

void websocket_session::send_closing(close_code code, std::string_view reason,
                                     std::chrono::milliseconds after) {
  // First: nothing is appended behind the last words.
  state_.begin_close();
  // Most likely nobody answers. The place goes with the descriptor only.
  auto is_silent = code == close_code::no_pong;
  if (is_silent)
    from_.address_permit = {};
  if (stream_.is_open()) // or else it was closed before, with another code
    log_.closing(code);
  lane_.timers().expire_after(*this,
                              is_silent ? silent_timeout : close_timeout);
  stream_.out().append(
    frame{text_frame(speaks_.codec().closing_text(code, reason, after))});
  stream_.close(code, reason);
}

void websocket_session::on_too_slow() {
  if (!is_live())
    return;
  count_slow();
  // Or the last words would wait behind what the client does not read.
  stream_.out().drop_unsent();
  close(close_code::slow_consumer, "the outbox is full", {});
}

void websocket_session::count_slow() {
  ++node_->client_counts->slow_consumers;
  lane_.counters().overflows[outbox_policy::disconnect].add();
  log_.too_slow();
}

void websocket_session::on_gone(boost::system::error_code why) {
  if (why == websocket::error::message_too_big)
    ++node_->client_counts->oversized_frames;
  if (why == boost::asio::error::no_buffer_space)
    count_slow(); // by its own pings: the last one could not be answered
  state_.end();
  activity_.end();
  stream_.out().close(); // a refused upgrade still has its answer there
  auto actor = intake_.actor();
  if (!actor)
    return;
  // Once: a deadline and the stream may both come here.
  intake_.connect({});
  auto code = log_.closed(why, stream_.closed_with());
  caf::anon_send(actor, disconnected{code});
}

void websocket_session::on_teardown() {
  lane_.timers().expire_after(*this, close_timeout);
}

// -- the clock ----------------------------------------------------------------

void websocket_session::on_interval() {
  if (!is_live())
    return;
  watch_expiry();
  if (activity_.is_silent(stream_.is_reading())) { // not because of the window
    ++node_->client_counts->silent_closes;
    close(close_code::no_pong, "no answer to pings", {});
  } else if (window_.is_empty()
             && activity_.is_idle(first_.settings.ping_interval,
                                  node_->rules->session.idle_timeout)) {
    ++node_->client_counts->idle_closes;
    close(close_code::normal, "nothing was requested for too long", {});
  } else {
    append(ping_frame());
  }
}

void websocket_session::expire() {
  if (state_.is_signing_on())
    close(close_code::try_again_later, "the bus does not answer", {});
  else if (auto last = state_.take_pending_close())
    send_closing(close_code::going_away, last->reason, last->after);
  else if (is_live() && expiry_.is_over(node_->env->now()))
    close(close_code::token_expired, "the token has expired", {});
  else if (is_live() && node_->life->lets_in())
    watch_expiry(); // the clock was set back
  else
    on_gone({});
}

// -- seen from outside --------------------------------------------------------

// Who is not listened to, be it because of the window, cannot be heard.
void websocket_session::find_out(probe_ptr question) {
  if (state_.is_ending())
    return question->answer(false); // needs its place no more
  if (!state_.is_open() || !stream_.is_reading()
      || !activity_.ask_for_it(question))
    return question->answer(true);
  append(ping_frame());
}

bool websocket_session::doubt(const address_filter& whom) {
  if (!state_.is_open() || !stream_.is_reading() || !whom(from_.address))
    return false;
  activity_.doubt(lane_timers::patience);
  append(ping_frame());
  return true;
}

void websocket_session::settle_doubt() {
  if (!activity_.settle_doubt() || !state_.is_open() || !stream_.is_reading())
    return;
  ++node_->client_counts->silent_closes;
  close(close_code::no_pong, "no answer to a ping when places were short", {});
}

} // namespace atrium
