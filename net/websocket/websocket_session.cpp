#include "atrium/net/websocket/websocket_session.hpp"

#include "atrium/broker/util/text.hpp"
#include "atrium/net/auth/credentials.hpp"
#include "atrium/net/http/node_context.hpp"
#include "atrium/net/lane/lane_thread.hpp"
#include "atrium/net/protocol/overflow.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace atrium {

namespace websocket = boost::beast::websocket;

namespace {

// Beast allocates what it may read before there is anything to read: a little
// for the beginning of a message, then as much as the message needs.
constexpr std::size_t first_read = 256;
constexpr std::size_t next_read = 65536;

} // namespace

websocket_session::websocket_session(transport below, lane_thread& lane,
                                     node_context_ptr node, entry from)
  : stream_(std::move(below), lane.flushes(), node->options.outbox_bytes,
            node->rates.frames),
    lane_(lane),
    node_(std::move(node)),
    from_(std::move(from)),
    log_(node_->env) {
  stream_.read_message_max(node_->options.max_message_bytes);
  stream_.control_callback([this](auto, auto) { hear(); });
}

// -- coming -------------------------------------------------------------------

void websocket_session::upgrade(const http_request& request,
                                std::function<void()> then) {
  stream_.next_layer().owned_by(weak_from_this());
  lane_.pulse().expire_after(*this, node_->options.handshake_timeout);
  stream_.set_option(websocket::stream_base::decorator(
    [speaks_ours
     = offers_subprotocol(request)](websocket::response_type& response) {
      response.set(boost::beast::http::field::server, "atrium");
      if (speaks_ours)
        response.set(boost::beast::http::field::sec_websocket_protocol,
                     subprotocol);
    }));
  stream_.async_accept(
    request, [self = shared_from_this(), then = std::move(then)](auto error) {
      if (error)
        return self->on_gone();
      then();
    });
}

void websocket_session::accept(http_request request, identity who) {
  upgrade(request, [this, who = std::move(who),
                    trace = traceparent_of(request)] { sign_on(who, trace); });
}

void websocket_session::reject(http_request request, close_code code,
                               std::string reason) {
  upgrade(request, [this, code, reason = std::move(reason)] {
    close(code, reason, {});
  });
}

void websocket_session::sign_on(identity who, std::string traceparent) {
  state_ = state::signing_on;
  end_ = who.expires;
  lane_.pulse().expire_after(*this, bus_patience());
  auto* unit = static_cast<caf::execution_unit*>(&lane_.unit());
  actor_ = node_->system.spawn<connection>(
    unit, connection_setup{node_->env, node_->directory, shared_from_this(),
                           lane_.index(), who, std::move(traceparent)});
  log_.begin(actor_->id(), who.user);
}

std::chrono::seconds websocket_session::bus_patience() const {
  return std::chrono::ceil<std::chrono::seconds>(
    node_->env->limits.bus_timeout);
}

void websocket_session::open(const welcome& hello) {
  if (state_ != state::signing_on)
    return;
  state_ = state::open;
  heartbeat::cancel_deadline(*this);
  lane_.pulse().start(*this);
  append(
    frame::text(protocol::to_text(hello, node_->facts, node_->env->now())));
  lane_.counters().connections.add();
  log_.opened(hello, *this);
  watch_end();
  read();
}

// -- reading ------------------------------------------------------------------

void websocket_session::read() {
  reading_ = true;
  auto most = buffer_.size() == 0 ? first_read : next_read;
  stream_.async_read_some(
    buffer_, most,
    [self = shared_from_this()](auto error, auto) { self->on_read(error); });
}

void websocket_session::on_read(boost::system::error_code error) {
  if (error == websocket::error::message_too_big)
    ++node_->env->counters->oversized_frames;
  if (error == boost::asio::error::no_buffer_space)
    count_slow(); // by its own pings: Beast could not answer the last one
  if (error)
    return on_gone(error);
  hear();
  if (state_ != state::open || farewell_)
    return; // closing: Beast reads on by itself
  if (!stream_.is_message_done())
    return read();
  if (!stream_.got_text())
    return close(close_code::unsupported, "binary frames are not supported",
                 {});
  auto data = buffer_.data();
  on_message({static_cast<const char*>(data.data()), data.size()});
  buffer_.clear();
  if (buffer_.capacity() > first_read)
    buffer_.shrink_to_fit();
  reading_ = false; // not before: an answer must not read into the buffer
  read_or_wait();
}

void websocket_session::on_message(std::string_view text) {
  ++unanswered_;
  unanswered_bytes_ += queue_cost(text.size());
  pulse_.ask();
  auto wait = meter_.take_message(client_meter::clock::now(), node_->rates,
                                  text.size());
  auto parsed = protocol::parse_request(text);
  if (auto* request = std::get_if<client_request>(&parsed))
    on_request(*request, wait);
  else if (auto* newer = std::get_if<refresh_request>(&parsed))
    on_refresh(*newer, wait);
  else if (is_utf8(text))
    answer(std::get<failure>(parsed));
  else // cut off inside a character, which Beast lets pass before an empty
       // frame
    close(close_code::not_utf8, "not UTF-8", {});
}

void websocket_session::on_request(client_request& x,
                                   client_meter::duration wait) {
  if (wait == wait.zero())
    return caf::anon_send(actor_, from_client{std::move(x)});
  auto id = std::visit([](auto& request) { return std::move(request.id); }, x);
  refuse_pace(std::move(id), wait);
}

void websocket_session::refuse_pace(std::string id,
                                    client_meter::duration wait) {
  ++node_->env->counters->rate_limited;
  answer(failure{std::move(id),
                 errc::rate_limited,
                 "more than this connection may send",
                 {},
                 std::chrono::ceil<std::chrono::milliseconds>(wait)});
}

void websocket_session::on_refresh(refresh_request& x,
                                   client_meter::duration wait) {
  if (wait != wait.zero())
    return refuse_pace(std::move(x.id), wait);
  if (!node_->guard)
    return answer(
      failure{x.id, errc::forbidden, "this node asks for no tokens", {}});
  credentials shown{std::move(x.token), peer(), {}};
  node_->guard->check(
    std::move(shown), lane_,
    [self = shared_from_this(), id = std::move(x.id)](verdict found) {
      if (!self->actor_)
        return;
      if (auto* who = std::get_if<identity>(&found))
        return caf::anon_send(self->actor_, renewed{id, std::move(*who)});
      auto& no = std::get<failure>(found);
      self->answer(
        failure{id, no.code, std::move(no.message), {}, no.retry_after});
    });
}

void websocket_session::read_or_wait() {
  auto& most = node_->options;
  auto room_for_more = unanswered_ < most.request_window
                       && unanswered_bytes_ <= most.outbox_bytes && !farewell_;
  if (state_ == state::open && !reading_ && room_for_more)
    read();
}

// -- writing ------------------------------------------------------------------

bool websocket_session::append(const frame& x) {
  // Beast closes by itself after a protocol error, and nothing may follow that.
  if (state_ != state::open || !stream_.is_open())
    return false;
  auto& out = stream_.next_layer();
  if (out.is_stalled() && x.policy() == outbox_policy::latest_only) {
    auto replaced = out.drop_room(x.topic());
    node_->env->counters->outbox_replaced += replaced;
    lane_.counters().overflows[x.policy()].add(replaced > 0 ? 1 : 0);
  }
  out.append(x);
  if (out.is_full())
    relieve();
  return true;
}

void websocket_session::relieve() {
  auto& out = stream_.next_layer();
  if (!out.is_full_after_write())
    return;
  auto dropped = out.drop_oldest();
  node_->env->counters->outbox_drops += dropped.size();
  auto& overflows = lane_.counters().overflows;
  overflows[outbox_policy::drop_oldest].add(dropped.empty() ? 0 : 1);
  for (auto& gap : gaps_left_by(dropped))
    out.append(gap);
  if (out.is_overdue())
    on_too_slow();
}

void websocket_session::write(const reply& x) {
  auto* failed = std::get_if<failure>(&x);
  if (append(frame::text(protocol::to_text(x))) && failed != nullptr)
    lane_.counters().errors[failed->code].add();
}

void websocket_session::answer(const reply& x) {
  if (--unanswered_ == 0)
    unanswered_bytes_ = 0; // of which request each was is not known here
  auto* failed = std::get_if<failure>(&x);
  if (failed != nullptr || !protocol::id_of(x).empty())
    write(x);
  if (failed != nullptr)
    count_mistake(*failed);
  if (farewell_ && unanswered_ == 0)
    return expire();
  read_or_wait();
}

void websocket_session::count_mistake(const failure& x) {
  log_.refused(x);
  if (!is_mistake(x.code) || state_ != state::open
      || meter_.take_error(client_meter::clock::now(), node_->rates))
    return;
  ++node_->env->counters->error_closes;
  close(close_code::too_many_errors, "too many errors or refused requests", {});
}

void websocket_session::push(const reply& x) {
  write(x);
}

// -- seen from outside --------------------------------------------------------

void websocket_session::hear() {
  pulse_.hear();
  doubt_ = 0;
  for (auto& x : std::exchange(probes_, {}))
    x->answer(true);
}

// Who is not listened to, be it because of the window, cannot be heard.
void websocket_session::find_out(probe_ptr question) {
  constexpr std::size_t most = 16; // ask at a time
  if (state_ == state::closing || state_ == state::gone)
    return question->answer(false); // needs its place no more
  if (state_ != state::open || !reading_ || probes_.size() >= most)
    return question->answer(true);
  probes_.push_back(std::move(question));
  append(frame::ping());
}

std::size_t websocket_session::queued_bytes() const {
  return stream_.next_layer().queued_bytes();
}

std::string websocket_session::peer() const {
  return from_.address.to_string();
}

} // namespace atrium
