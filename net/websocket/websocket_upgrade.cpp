#include "atrium/net/websocket/websocket_upgrade.hpp"

#include "atrium/broker/log/log.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/http/credentials.hpp"
#include "atrium/net/http/http_fields.hpp"
#include "atrium/net/websocket/handshake.hpp"

namespace atrium {

namespace http = boost::beast::http;

namespace {

upgrade_request upgrade_request_of(const http_request& x) {
  return {std::string_view{x.target()}, value_of(x, http::field::host),
          value_of(x, http::field::origin)};
}

} // namespace

void upgrade_to_websocket(std::shared_ptr<http_session> from) {
  std::make_shared<websocket_upgrade>(std::move(from))->run();
}

websocket_upgrade::websocket_upgrade(std::shared_ptr<http_session> from)
  : from_(std::move(from)), node_(from_->node()) {
  // nop
}

void websocket_upgrade::run() {
  if (auto no = refuse_handshake(from_->request()))
    return from_->answer(std::move(*no));
  if (from_->has_more()) { // RFC 6455, 4.1: a client waits for the answer
    auto no = http_problem(400, "bad_request",
                           "something follows the upgrade request");
    no.last = true;
    return from_->answer(std::move(no));
  }
  enter();
}

// Before anything is known of the user: to find that out costs more.
void websocket_upgrade::enter() {
  address_ = from_->client();
  auto entered
    = node_->admission->enter(address_, admission_limits::clock::now());
  if (auto* no = std::get_if<refusal>(&entered)) {
    if (no->code == "too_many_connections")
      node_->sweep->begin(address_, place_sweep::clock::now());
    return refuse(*no);
  }
  address_permit_ = std::move(std::get<address_table::permit>(entered));
  identify();
}

void websocket_upgrade::identify() {
  auto who = upgrade_request_of(from_->request());
  if (auto no = refuse_device(who))
    return refuse(*no);
  if (node_->authenticator) {
    if (auto no = refuse_origin(who, node_->rules->origins))
      return refuse(*no);
    return authenticate();
  }
  auto admitted = admit(who, node_->rules->origins);
  if (auto* no = std::get_if<refusal>(&admitted))
    return refuse(*no);
  let_in(std::move(std::get<identity>(admitted)));
}

void websocket_upgrade::authenticate() {
  auto shown = credentials_of(from_->request(), address_.to_string(),
                              node_->rules->shown_headers);
  node_->authenticator->check(std::move(shown), from_->lane(),
                              [self = shared_from_this()](verdict x) {
                                if (!self->from_->is_open())
                                  return; // the node stops
                                if (auto* no = std::get_if<failure>(&x))
                                  return self->refuse(refusal_from(*no));
                                self->let_in(std::move(std::get<identity>(x)));
                              });
}

void websocket_upgrade::let_in(identity who) {
  // Last: who waits for the authenticator keeps no place from others.
  if (!node_->life->lets_in() || !node_->connections->try_acquire(1)) {
    ++node_->client_counts->full_refused;
    // The places may be those of clients that are gone without a word.
    node_->sweep->begin({}, place_sweep::clock::now());
    return refuse({503, "overloaded", "the node is full or going away",
                   close_code::try_again_later});
  }
  from_->lane().counters().count_handshake("accepted");
  make_session(permit{node_->connections, 1})
    ->accept(from_->request(), std::move(who));
}

void websocket_upgrade::refuse(const refusal& why) {
  auto& request = from_->request();
  // Before the answer: a client that is only rejected takes its time to go.
  address_permit_ = {};
  from_->lane().counters().count_handshake(why.code);
  log::debug("handshake_refused",
             {{"address", address_.to_string()},
              {"code", why.code},
              {"reason", why.message}},
             "session is refused with status {}", why.status);
  if (why.code == "forbidden")
    node_->refused->tell(std::string_view{request[http::field::origin]});
  // Browsers show their pages a close code, but no status.
  if (query_value(std::string_view{request.target()}, "reject") == "close")
    return make_session(permit{from_->place()})
      ->reject(request, why.close, why.message);
  from_->answer(http_problem(why.status, why.code, why.message));
}

std::shared_ptr<websocket_session>
websocket_upgrade::make_session(permit held) {
  return std::make_shared<websocket_session>(
    from_->take_connection(), from_->lane(), node_,
    entry{address_, std::move(held), std::move(address_permit_)},
    atrium_over_websocket());
}

} // namespace atrium
