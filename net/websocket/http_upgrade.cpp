// From an HTTP session to a WebSocket: who the client is, whether it may come.

#include "atrium/actors/util/permit.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/net/admission/admission.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/auth/credentials.hpp"
#include "atrium/net/http/http_session.hpp"

namespace atrium {

namespace http = boost::beast::http;

namespace {

constexpr std::size_t longest_entry = 64; // in the log

} // namespace

void http_session::upgrade(http_request request) {
  std::string_view unclear;
  // A proxy that passes on TCP does not write into the header: what stands
  // there is the client's own word.
  std::string_view said{request["X-Forwarded-For"]};
  if (is_nameless_)
    said = {};
  from_.address = node_->proxies.client_of(peer_, said, &unclear);
  if (!unclear.empty())
    log::warn("forwarded_for_unclear",
              {{"proxy", peer_.to_string()},
               {"entry", unclear.substr(0, longest_entry)}},
              "a trusted proxy says by X-Forwarded-For what is no address");
  auto entered = node_->door->enter(from_.address, door::clock::now());
  if (auto* no = std::get_if<struct refusal>(&entered)) {
    if (no->code == "too_many_connections")
      node_->sweep->begin(from_.address, place_sweep::clock::now());
    return refuse(std::move(request), *no);
  }
  from_.address_permit = std::move(std::get<address_table::permit>(entered));
  knock who{std::string_view{request.target()},
            std::string_view{request[http::field::host]},
            std::string_view{request[http::field::origin]}};
  if (!node_->guard) {
    auto admitted = admit(who, node_->origins);
    if (auto* no = std::get_if<struct refusal>(&admitted))
      return refuse(std::move(request), *no);
    return let_in(std::move(request), std::move(std::get<identity>(admitted)));
  }
  if (auto no = refuse_origin(who, node_->origins))
    return refuse(std::move(request), *no);
  auto shown
    = credentials_of(request, from_.address.to_string(), node_->shown_headers);
  node_->guard->check(
    std::move(shown), lane_,
    [self = shared_from_this(), request = std::move(request)](verdict x) {
      if (!self->stream_.next_layer().is_open())
        return; // the node stops
      if (auto* no = std::get_if<failure>(&x))
        return self->refuse(request, refusal_from(*no));
      self->let_in(request, std::move(std::get<identity>(x)));
    });
}

void http_session::let_in(http_request request, identity who) {
  if (!node_->life->lets_in() || !node_->connections->try_acquire(1)) {
    ++node_->client_counts->full_refused;
    node_->sweep->begin({}, place_sweep::clock::now());
    return refuse(std::move(request),
                  {503, "overloaded", "the node is full or going away",
                   close_code::try_again_later});
  }
  lane_.counters().count_handshake("accepted");
  make_websocket({from_.address, permit{node_->connections, 1},
                  std::move(from_.address_permit)})
    ->accept(std::move(request), std::move(who));
}

void http_session::refuse(http_request request, const struct refusal& why) {
  from_.address_permit = {};
  lane_.counters().count_handshake(why.code);
  log::debug("handshake_refused",
             {{"address", from_.address.to_string()},
              {"code", why.code},
              {"reason", why.message}},
             "session is refused with status {}", why.status);
  if (why.code == "forbidden")
    node_->strangers->tell(std::string_view{request[http::field::origin]});
  if (query_value(std::string_view{request.target()}, "reject") == "close")
    return make_websocket(std::move(from_))
      ->reject(std::move(request), why.close, why.message);
  respond(request, http_problem(why.status, why.code, why.message));
}

std::shared_ptr<websocket_session> http_session::make_websocket(entry from) {
  return std::make_shared<websocket_session>(
    std::move(stream_), lane_, node_, std::move(from), atrium_over_websocket());
}

} // namespace atrium
