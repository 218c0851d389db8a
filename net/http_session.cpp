#include "atrium/net/http_session.hpp"

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

constexpr std::size_t linger_buffer = 4096;
constexpr std::chrono::seconds patience{15}; // with who answers later

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
  parser_->body_limit(routes_.largest_body);
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
  if (request.target().size() > node_->options.max_header_bytes / 2) {
    ++node_->env->counters->headers_refused;
    return respond(request,
                   http_problem(414, "bad_request", "the URL is too long"));
  }
  auto* route = routes_.find(request);
  if (route == nullptr)
    return respond(request,
                   http_problem(404, "not_found", "there is nothing here"));
  auto no = routes_.refuse ? routes_.refuse(*node_, request) : std::nullopt;
  if (no)
    return respond(request, std::move(*no));
  std::visit([&](auto& how) { serve(how, std::move(request)); }, route->how);
}

void http_session::serve(http_route::prompt answer, http_request request) {
  if (request.method() != http::verb::get
      && request.method() != http::verb::head)
    return refuse_method(request, "GET, HEAD");
  respond(request, answer(*node_, request));
}

void http_session::serve(http_route::patient ask, http_request request) {
  if (request.method() != http::verb::get
      && request.method() != http::verb::head
      && request.method() != http::verb::post)
    return refuse_method(request, "GET, HEAD, POST");
  lane_.pulse().expire_after(*this, patience);
  auto asked = std::make_shared<http_request>(std::move(request));
  ask(*node_, *asked, [self = shared_from_this(), asked](http_answer x) {
    boost::asio::post(self->lane_.io(),
                      [self, asked, x = std::move(x)]() mutable {
                        self->respond(*asked, std::move(x));
                      });
  });
}

void http_session::serve(http_route::stream take_over, http_request request) {
  if (!take_over(node_, lane_, request, stream_))
    respond(request, http_problem(503, "overloaded", "too many listen"));
}

void http_session::serve(http_route::websocket, http_request request) {
  if (request.method() != http::verb::get)
    return refuse_method(request, "GET");
  if (!boost::beast::websocket::is_upgrade(request))
    return respond(request, http_problem(426, "upgrade_required",
                                         "this is the address of a WebSocket"));
  if (buffer_.size() != 0) // RFC 6455, 4.1: a client waits for the answer
    return refuse_malformed(400, "something follows the upgrade request");
  upgrade(std::move(request));
}

void http_session::refuse_method(const http_request& request,
                                 std::string_view allowed) {
  respond(request,
          http_problem(405, "method_not_allowed",
                       "only " + std::string{allowed} + " may be used"),
          allowed);
}

// The connection ends with it: where the next request would begin is unknown.
void http_session::refuse_malformed(unsigned status, std::string_view why) {
  http_request broken;
  broken.version(11);
  broken.keep_alive(false);
  respond(broken, http_problem(status, "bad_request", why));
}

void http_session::respond(const http_request& to, http_answer x,
                           std::string_view allow) {
  auto status = x.status;
  auto response = std::make_shared<http::response<http::string_body>>();
  response->version(to.version());
  response->result(status);
  response->set(http::field::server, "atrium");
  response->set(http::field::content_type, x.content_type);
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
  auto size = x.body.size();
  if (to.method() != http::verb::head)
    response->body() = std::move(x.body);
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
