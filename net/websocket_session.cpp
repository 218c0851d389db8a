#include "atrium/net/websocket_session.hpp"

#include "atrium/broker/log.hpp"
#include "atrium/broker/text.hpp"
#include "atrium/net/lane_thread.hpp"
#include "atrium/net/node_context.hpp"

#include <caf/send.hpp>

namespace atrium {

namespace websocket = boost::beast::websocket;

namespace {

constexpr std::chrono::seconds close_timeout{5};
// Beast allocates what it may read before there is anything to read: a little
// for the beginning of a message, then as much as the message needs.
constexpr std::size_t first_read = 256;
constexpr std::size_t next_read = 65536;
constexpr std::uint8_t silent_beats_allowed = 2;

} // namespace

websocket_session::websocket_session(tcp_socket socket, lane_thread& lane,
                                     node_context_ptr node, gate_ticket place)
  : stream_(std::move(socket), lane.flushes(), node->options.outbox_bytes),
    lane_(lane),
    node_(std::move(node)),
    place_(std::move(place)) {
  stream_.read_message_max(node_->options.max_message_bytes);
  stream_.control_callback([this](auto, auto) { heard_ = true; });
}

// -- coming -------------------------------------------------------------------

void websocket_session::upgrade(const http_request& request,
                                std::function<void()> then) {
  stream_.next_layer().owned_by(weak_from_this());
  lane_.pulse().expire_after(*this, node_->options.handshake_timeout);
  stream_.set_option(
    websocket::stream_base::decorator([](websocket::response_type& response) {
      response.set(boost::beast::http::field::server, "atrium");
    }));
  stream_.async_accept(
    request, [self = shared_from_this(), then = std::move(then)](auto error) {
      if (error)
        return self->on_gone();
      then();
    });
}

void websocket_session::accept(http_request request, identity who) {
  upgrade(request, [this, who = std::move(who)] { sign_on(who); });
}

void websocket_session::reject(http_request request, close_code code,
                               std::string reason) {
  upgrade(request, [this, code, reason = std::move(reason)] {
    close(code, reason, {});
  });
}

void websocket_session::sign_on(identity who) {
  state_ = state::signing_on;
  auto wait
    = std::chrono::ceil<std::chrono::seconds>(node_->env->limits.bus_timeout);
  lane_.pulse().expire_after(*this, wait);
  auto* unit = static_cast<caf::execution_unit*>(&lane_.unit());
  actor_ = node_->system.spawn<connection>(
    unit, connection_setup{node_->env, node_->directory, shared_from_this(),
                           lane_.index(), std::move(who)});
}

void websocket_session::open(const welcome& hello) {
  if (state_ != state::signing_on)
    return;
  state_ = state::open;
  heartbeat::cancel_deadline(*this);
  lane_.pulse().start(*this);
  append_text(protocol::to_text(hello, node_->facts, node_->env->now()));
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
  if (error)
    return on_gone();
  heard_ = true;
  if (state_ != state::open)
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
  auto parsed = protocol::parse_request(text);
  if (auto* request = std::get_if<client_request>(&parsed))
    caf::anon_send(actor_, from_client{std::move(*request)});
  else if (is_utf8(text))
    answer(std::get<failure>(parsed));
  else // cut off inside a character, which Beast lets pass before an empty
       // frame
    close(close_code::not_utf8, "not UTF-8", {});
}

void websocket_session::read_or_wait() {
  auto room_for_more = unanswered_ < node_->options.request_window;
  if (state_ == state::open && !reading_ && room_for_more)
    read();
}

// -- writing ------------------------------------------------------------------

void websocket_session::append(const frame& x) {
  // Beast closes by itself after a protocol error, and nothing may follow that.
  if (state_ != state::open || !stream_.is_open())
    return;
  auto& out = stream_.next_layer();
  out.append(x);
  if (!out.is_full())
    return;
  log::debug("session of connection {} is a slow consumer", actor_->id());
  out.drop_unsent();
  close(close_code::slow_consumer, "the outbox is full", {});
}

void websocket_session::append_text(std::string_view text) {
  append(frame::text(text));
}

void websocket_session::answer(const reply& x) {
  --unanswered_;
  auto failed = std::holds_alternative<failure>(x);
  if (failed || !protocol::id_of(x).empty())
    append_text(protocol::to_text(x));
  read_or_wait();
}

void websocket_session::push(const reply& x) {
  append_text(protocol::to_text(x));
}

// -- going --------------------------------------------------------------------

void websocket_session::close(close_code code, std::string_view reason,
                              std::chrono::milliseconds after) {
  if (state_ == state::closing || state_ == state::gone)
    return;
  state_ = state::closing;
  lane_.pulse().expire_after(*this, close_timeout);
  stream_.next_layer().append(
    frame::text(protocol::closing_text(code, reason, after)));
  websocket::close_reason why{static_cast<std::uint16_t>(code)};
  why.reason.assign(reason.data(), reason.size());
  stream_.async_close(why,
                      [self = shared_from_this()](auto) { self->on_gone(); });
}

void websocket_session::on_gone() {
  if (std::exchange(state_, state::gone) == state::gone)
    return;
  boost::system::error_code ignored;
  stream_.next_layer().flush(); // a refused upgrade still has its answer there
  stream_.next_layer().next_layer().close(ignored);
  if (actor_)
    caf::anon_send(std::exchange(actor_, nullptr), disconnected{});
}

void websocket_session::beat() {
  if (state_ != state::open)
    return;
  if (!stream_.is_open()) // Beast has closed it and waits for the peer
    return on_gone();
  // Who is not listened to, because of the window, cannot be heard.
  silent_beats_ = heard_ || !reading_ ? 0 : silent_beats_ + 1;
  heard_ = false;
  if (silent_beats_ >= silent_beats_allowed)
    close(close_code::no_pong, "no answer to pings", {});
  else
    append(frame::ping());
}

void websocket_session::expire() {
  if (state_ == state::signing_on)
    close(close_code::try_again_later, "the bus does not answer", {});
  else
    on_gone();
}

} // namespace atrium
