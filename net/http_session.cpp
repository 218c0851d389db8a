#include "atrium/net/http_session.hpp"

#include "atrium/broker/json_object.hpp"
#include "atrium/net/admission.hpp"
#include "atrium/net/auth/credentials.hpp"
#include "atrium/net/proxy_header.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>

namespace atrium {

namespace http = boost::beast::http;

namespace {

constexpr std::uint64_t body_limit = 1024; // nothing here takes a body
constexpr std::size_t linger_buffer = 4096;

std::string error_json(std::string_view code, std::string_view message) {
  std::string result = R"({"type":"error","code":)";
  append_json_string(result, code);
  result.append(",\"message\":");
  append_json_string(result, message);
  result.push_back('}');
  return result;
}

// What Beast lets pass although a proxy in front may understand it in another
// way (RFC 9112, 3.2 and 6.3); nothing if there is no such thing.
std::string_view flaw_of(const http_request& x) {
  if (x.count(http::field::host) > 1)
    return "more than one Host";
  auto codings = x.equal_range(http::field::transfer_encoding);
  auto n = std::distance(codings.first, codings.second);
  if (n > 1
      || (n == 1 && !boost::beast::iequals(codings.first->value(), "chunked")))
    return "unknown Transfer-Encoding";
  return {};
}

// Proxies may append to the header, or add one more of the name.
std::string forwarded_for(const http_request& x) {
  std::string result;
  auto [first, last] = x.equal_range("X-Forwarded-For");
  for (auto i = first; i != last; ++i)
    result.append(result.empty() ? "" : ",").append(i->value());
  return result;
}

// Where a socket's other end is; nowhere when it has gone already.
boost::asio::ip::address peer_of(const tcp_socket& socket) {
  boost::system::error_code ignored;
  return socket.remote_endpoint(ignored).address();
}

} // namespace

http_session::http_session(tcp_socket socket, lane_thread& lane,
                           node_context_ptr node, http_routes routes,
                           gate_ticket place)
  : stream_(std::move(socket)),
    lane_(lane),
    node_(std::move(node)),
    routes_(routes),
    peer_(peer_of(stream_.next_layer())),
    from_{peer_, std::move(place), {}} {
  // nop
}

void http_session::run(std::shared_ptr<ssl_ctx_st> context, bool proxied) {
  boost::asio::post(lane_.io(), [self = shared_from_this(), context, proxied] {
    auto& by = self->node_->options;
    self->lane_.pulse().expire_after(*self, by.handshake_timeout);
    if (proxied)
      self->hear_proxy(context);
    else
      self->begin(context);
  });
}

// Reads no more than the header: what follows may be for TLS.
void http_session::hear_proxy(std::shared_ptr<ssl_ctx_st> context) {
  if (!node_->proxies.contains(peer_))
    return close();
  auto header = std::make_shared<std::string>(proxy_header::fixed_size, '\0');
  boost::asio::async_read(
    stream_, boost::asio::buffer(*header),
    [self = shared_from_this(), context, header](auto error, auto) {
      auto size = error ? std::nullopt : proxy_header::size_of(*header);
      if (!size)
        return self->close();
      header->resize(*size);
      boost::asio::async_read(
        self->stream_, boost::asio::buffer(*header) + proxy_header::fixed_size,
        [self, context, header](auto failure, auto) {
          auto said = failure ? std::nullopt : proxy_header::parse(*header);
          if (!said)
            return self->close();
          self->peer_ = said->client.value_or(self->peer_);
          self->begin(context);
        });
    });
}

void http_session::begin(const std::shared_ptr<ssl_ctx_st>& context) {
  if (!context)
    return read();
  stream_.encrypt(*context);
  stream_.tls()->handshake([self = shared_from_this()](auto error) {
    error ? self->close() : self->read();
  });
}

void http_session::read() {
  parser_.emplace();
  parser_->header_limit(
    static_cast<std::uint32_t>(node_->options.max_header_bytes));
  parser_->body_limit(body_limit);
  lane_.pulse().expire_after(*this, node_->options.handshake_timeout);
  http::async_read(
    stream_, buffer_, *parser_,
    [self = shared_from_this()](auto error, auto) { self->on_read(error); });
}

void http_session::on_read(boost::system::error_code error) {
  heartbeat::cancel_deadline(*this);
  if (!error)
    return handle(parser_->release());
  auto malformed
    = error.category()
      == http::make_error_code(http::error::bad_version).category();
  if (!malformed || error == http::error::end_of_stream
      || error == http::error::partial_message)
    return close();
  auto too_long = error == http::error::header_limit;
  if (too_long)
    ++node_->env->counters->headers_refused;
  refuse_malformed(too_long ? 431 : 400, error.message());
}

void http_session::handle(http_request request) {
  if (auto flaw = flaw_of(request); !flaw.empty())
    return refuse_malformed(400, flaw);
  auto target = std::string_view{request.target()};
  if (target.size() > node_->options.max_header_bytes / 2) {
    ++node_->env->counters->headers_refused;
    return respond(request, 414, json_type,
                   error_json("bad_request", "the URL is too long"));
  }
  auto route = std::ranges::find(routes_, path_of(target), &http_route::path);
  if (route == routes_.end())
    return respond(request, 404, json_type,
                   error_json("not_found", "there is nothing here"));
  auto websocket = route->answer == nullptr;
  if (request.method() != http::verb::get
      && (websocket || request.method() != http::verb::head))
    return respond(request, 405, json_type,
                   error_json("method_not_allowed", "only GET is"),
                   websocket ? "GET" : "GET, HEAD");
  if (!websocket) {
    auto answer = route->answer(*node_, request);
    return respond(request, answer.status, answer.content_type,
                   std::move(answer.body));
  }
  if (!boost::beast::websocket::is_upgrade(request))
    return respond(
      request, 426, json_type,
      error_json("upgrade_required", "this is the address of a WebSocket"));
  if (buffer_.size() != 0) // RFC 6455, 4.1: a client waits for the answer
    return refuse_malformed(400, "something follows the upgrade request");
  upgrade(std::move(request));
}

void http_session::upgrade(http_request request) {
  from_.address = node_->proxies.client_of(peer_, forwarded_for(request));
  auto entered = node_->door->enter(from_.address, door::clock::now());
  if (auto* no = std::get_if<struct refusal>(&entered))
    return refuse(std::move(request), *no);
  from_.seat = std::move(std::get<address_table::ticket>(entered));
  knock who{std::string_view{request.target()},
            std::string_view{request[http::field::host]},
            std::string_view{request[http::field::origin]}};
  if (!node_->guard) {
    auto admitted = admit(who, node_->options);
    if (auto* no = std::get_if<struct refusal>(&admitted))
      return refuse(std::move(request), *no);
    return let_in(std::move(request), std::move(std::get<identity>(admitted)));
  }
  if (auto no = refuse_origin(who, node_->options))
    return refuse(std::move(request), *no);
  auto shown = credentials_of(request, from_.address.to_string(),
                              node_->options.auth_header);
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
  if (!node_->life->lets_in() || !node_->connections->try_enter(1)) {
    ++node_->env->counters->full_refused;
    return refuse(std::move(request),
                  {503, "overloaded", "the node is full or going away",
                   close_code::try_again_later});
  }
  make_websocket(
    {from_.address, gate_ticket{node_->connections, 1}, std::move(from_.seat)})
    ->accept(std::move(request), std::move(who));
}

void http_session::refuse(http_request request, const struct refusal& why) {
  from_.seat = {};
  if (query_value(std::string_view{request.target()}, "reject") == "close")
    return make_websocket(std::move(from_))
      ->reject(std::move(request), why.close, why.message);
  respond(request, why.status, json_type, error_json(why.code, why.message));
}

std::shared_ptr<websocket_session> http_session::make_websocket(entry from) {
  return std::make_shared<websocket_session>(std::move(stream_), lane_, node_,
                                             std::move(from));
}

// The connection ends with it: where the next request would begin is unknown.
void http_session::refuse_malformed(unsigned status, std::string_view why) {
  http_request broken;
  broken.version(11);
  broken.keep_alive(false);
  respond(broken, status, json_type, error_json("bad_request", why));
}

void http_session::respond(const http_request& to, unsigned status,
                           std::string_view content_type, std::string body,
                           std::string_view allow) {
  auto response = std::make_shared<http::response<http::string_body>>();
  response->version(to.version());
  response->result(status);
  response->set(http::field::server, "atrium");
  response->set(http::field::content_type, content_type);
  response->set(http::field::cache_control, "no-store");
  response->set("X-Content-Type-Options", "nosniff");
  if (status == 401)
    response->set(http::field::www_authenticate, "Bearer");
  if (status == 503 || status == 429)
    response->set(http::field::retry_after, "1");
  if (status == 426)
    response->set(http::field::upgrade, "websocket");
  if (!allow.empty())
    response->set(http::field::allow, allow);
  response->keep_alive(to.keep_alive());
  auto size = body.size();
  if (to.method() != http::verb::head)
    response->body() = std::move(body);
  response->content_length(size);
  lane_.pulse().expire_after(*this, node_->options.handshake_timeout);
  http::async_write(stream_, *response,
                    [self = shared_from_this(), response](auto error, auto) {
                      if (error)
                        self->close();
                      else if (response->keep_alive())
                        self->read();
                      else
                        self->linger();
                    });
}

// To close a socket with bytes unread resets it, and the client may never see
// the answer (RFC 9112, 9.6): reads on until it hangs up or the deadline.
void http_session::linger() {
  boost::system::error_code ignored;
  stream_.next_layer().shutdown(tcp_socket::shutdown_send, ignored);
  buffer_.clear();
  stream_.next_layer().async_read_some(
    buffer_.prepare(linger_buffer),
    [self = shared_from_this()](auto error, auto) {
      if (error)
        self->close();
      else
        self->linger();
    });
}

void http_session::close() {
  boost::system::error_code ignored;
  stream_.next_layer().shutdown(tcp_socket::shutdown_send, ignored);
  stream_.next_layer().close(ignored);
}

} // namespace atrium
