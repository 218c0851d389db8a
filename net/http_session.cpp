#include "atrium/net/http_session.hpp"

#include "atrium/broker/json_object.hpp"
#include "atrium/net/admission.hpp"
#include "atrium/net/chat_page.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace atrium {

namespace http = boost::beast::http;

namespace {

constexpr std::uint32_t header_limit = 8192;
constexpr std::uint64_t body_limit = 1024; // nothing here takes a body
constexpr std::string_view json_type = "application/json";

std::string error_json(std::string_view code, std::string_view message) {
  std::string result = R"({"type":"error","code":)";
  append_json_string(result, code);
  result.append(",\"message\":");
  append_json_string(result, message);
  result.push_back('}');
  return result;
}

} // namespace

http_session::http_session(tcp_socket socket, lane_thread& lane,
                           node_context_ptr node)
  : socket_(std::move(socket)), lane_(lane), node_(std::move(node)) {
  // nop
}

void http_session::run() {
  boost::asio::post(lane_.io(), [self = shared_from_this()] { self->read(); });
}

void http_session::read() {
  parser_.emplace();
  parser_->header_limit(header_limit);
  parser_->body_limit(body_limit);
  lane_.pulse().expire_after(*this, node_->options.handshake_timeout);
  http::async_read(
    socket_, buffer_, *parser_,
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
  http_request broken;
  broken.version(11);
  broken.keep_alive(false);
  auto too_long = error == http::error::header_limit;
  respond(broken, too_long ? 431 : 400, json_type,
          error_json("bad_request", error.message()));
}

void http_session::handle(http_request request) {
  auto target = std::string_view{request.target()};
  auto path = path_of(target);
  if (path != "/" && path != "/ws")
    return respond(request, 404, json_type,
                   error_json("not_found", "there is nothing here"));
  if (request.method() != http::verb::get
      && (path == "/ws" || request.method() != http::verb::head))
    return respond(request, 405, json_type,
                   error_json("method_not_allowed", "only GET is"),
                   path == "/ws" ? "GET" : "GET, HEAD");
  if (path == "/")
    return respond(request, 200, "text/html; charset=utf-8",
                   std::string{chat_page()});
  if (!boost::beast::websocket::is_upgrade(request))
    return respond(
      request, 426, json_type,
      error_json("upgrade_required", "this is the address of a WebSocket"));
  upgrade(std::move(request));
}

void http_session::upgrade(http_request request) {
  knock who{std::string_view{request.target()},
            std::string_view{request[http::field::host]},
            std::string_view{request[http::field::origin]}};
  auto admitted = admit(who, node_->options);
  if (auto* no = std::get_if<struct refusal>(&admitted))
    return refuse(std::move(request), *no);
  if (*node_->stopping || !node_->connections->try_enter(1))
    return refuse(std::move(request),
                  {503, "overloaded", "the node is full or going away",
                   close_code::try_again_later});
  make_websocket(gate_ticket{node_->connections, 1})
    ->accept(std::move(request), std::move(std::get<identity>(admitted)));
}

void http_session::refuse(http_request request, const struct refusal& why) {
  if (query_value(std::string_view{request.target()}, "reject") == "close")
    return make_websocket({})->reject(std::move(request), why.close,
                                      why.message);
  respond(request, why.status, json_type, error_json(why.code, why.message));
}

std::shared_ptr<websocket_session>
http_session::make_websocket(gate_ticket place) {
  return std::make_shared<websocket_session>(std::move(socket_), lane_, node_,
                                             std::move(place));
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
  if (status == 503)
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
  http::async_write(socket_, *response,
                    [self = shared_from_this(), response](auto error, auto) {
                      if (error || !response->keep_alive())
                        self->close();
                      else
                        self->read();
                    });
}

void http_session::close() {
  boost::system::error_code ignored;
  socket_.shutdown(tcp_socket::shutdown_send, ignored);
  socket_.close(ignored);
}

} // namespace atrium
