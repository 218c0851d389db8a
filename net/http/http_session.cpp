#include "atrium/net/http/http_session.hpp"

#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/http/http_fields.hpp"
#include "atrium/net/http/http_rules.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <utility>

namespace atrium {

namespace http = boost::beast::http;

namespace {

constexpr std::size_t linger_buffer = 4096;
constexpr std::chrono::seconds patience{15}; // with who answers later

// The connection ends with it: where the next request would begin is unknown.
http_answer answer_to(const http_flaw& x) {
  auto result = http_problem(x.status, "bad_request", x.why);
  result.last = true;
  return result;
}

// What stands in Connection (RFC 9110, 7.6.1 and 7.8; RFC 9112, 9.3 and C.2.2).
std::string_view options_of(const http_request& to, const http_answer& x) {
  auto goes_on = to.keep_alive() && !x.last;
  if (x.status == 426)
    return goes_on ? "upgrade" : "upgrade, close";
  if (!goes_on)
    return "close";
  return to.version() < 11 ? "keep-alive" : "";
}

} // namespace

void http_session::read() {
  if (time_left() <= std::chrono::seconds::zero())
    return linger();
  blank_lines_ = 1; // RFC 9112, 2.2: one before a request does not count
  expect_client();
  read_head();
}

void http_session::read_head() {
  parser_.emplace();
  parser_->header_limit(
    static_cast<std::uint32_t>(node_->http.max_header_bytes));
  parser_->body_limit(routes_.largest_body);
  http::async_read_header(
    stream_, buffer_, *parser_,
    [self = shared_from_this()](auto error, auto) { self->on_head(error); });
}

void http_session::on_head(boost::system::error_code error) {
  std::string_view start{static_cast<const char*>(buffer_.data().data()),
                         buffer_.size()};
  if (error == http::error::bad_method && start.starts_with("\r\n")
      && blank_lines_ > 0) {
    --blank_lines_;
    buffer_.consume(2);
    return read_head();
  }
  if (error)
    return on_read(error);
  head_.reset();
  if (parser_->chunked())
    head_ = parser_->get().base();
  if (!parser_->is_done() && buffer_.size() == 0
      && waits_for_continue(parser_->get()))
    return answer_continue();
  read_body();
}

// RFC 9110, 10.1.1: who waits hears 100, or at once that it waits in vain.
void http_session::answer_continue() {
  http_request head{parser_->get().base()};
  if (auto no = refusal_of(head)) {
    expect_nobody();
    no->last = true;
    return respond(head, std::move(*no));
  }
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  boost::asio::async_write(stream_, boost::asio::buffer(go_on),
                           [self = shared_from_this()](auto error, auto) {
                             error ? self->close() : self->read_body();
                           });
}

void http_session::read_body() {
  if (parser_->is_done())
    return on_read({});
  http::async_read(
    stream_, buffer_, *parser_,
    [self = shared_from_this()](auto error, auto) { self->on_read(error); });
}

void http_session::on_read(boost::system::error_code error) {
  expect_nobody();
  if (!error) {
    auto request = parser_->release();
    // Beast puts the trailer among the fields of the header, where RFC 9110,
    // 6.5.1, lets nobody put it.
    if (auto head = std::exchange(head_, std::nullopt))
      request.base() = std::move(*head);
    return handle(std::move(request));
  }
  auto malformed
    = error.category()
      == http::make_error_code(http::error::bad_version).category();
  if (!malformed || error == http::error::end_of_stream
      || error == http::error::partial_message)
    return close();
  if (error == http::error::header_limit) {
    ++node_->client_counts->headers_refused;
    return refuse_malformed({431, "the header is too long"});
  }
  if (error == http::error::body_limit)
    return refuse_malformed({413, "the body is longer than it may be here"});
  auto why = error.message();
  refuse_malformed(
    error == http::error::bad_version ? flaw_of_start(
      {static_cast<const char*>(buffer_.data().data()), buffer_.size()})
                                      : http_flaw{400, why});
}

std::optional<http_answer> http_session::refusal_of(http_request& x) {
  if (auto flaw = make_sound(x))
    return answer_to(*flaw);
  if (x.target().size() > node_->http.max_header_bytes / 2) {
    ++node_->client_counts->headers_refused;
    return http_problem(414, "bad_request", "the URL is too long");
  }
  auto method = x.method();
  if (method == http::verb::unknown || method == http::verb::connect)
    return http_problem(501, "not_implemented", "this method is not known");
  auto* route = routes_.find(x);
  if (route == nullptr && x.target() != "*")
    return http_problem(404, "not_found", "there is nothing here");
  if (auto no = routes_.refuse ? routes_.refuse(*node_, x) : std::nullopt)
    return no;
  auto methods = route ? route->methods() : "GET, HEAD";
  if (method == http::verb::options)
    return http_answer{204, {}, {}, methods};
  if (has_token(methods, std::string_view{x.method_string()}))
    return std::nullopt;
  auto no = http_problem(405, "method_not_allowed",
                         "only " + std::string{methods} + " may be used");
  no.allow = methods;
  return no;
}

void http_session::handle(http_request request) {
  if (auto no = refusal_of(request))
    return respond(request, std::move(*no));
  std::visit([&](auto& how) { serve(how, std::move(request)); },
             routes_.find(request)->how);
}

void http_session::serve(http_route::prompt answer, http_request request) {
  respond(request, answer(*node_, request));
}

void http_session::serve(http_route::patient ask, http_request request) {
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
  if (auto no = refuse_handshake(request))
    return respond(request, std::move(*no));
  if (buffer_.size() != 0) // RFC 6455, 4.1: a client waits for the answer
    return refuse_malformed({400, "something follows the upgrade request"});
  upgrade(std::move(request));
}

void http_session::refuse_malformed(const http_flaw& x) {
  http_request broken;
  broken.version(11);
  respond(broken, answer_to(x));
}

void http_session::respond(const http_request& to, http_answer x) {
  auto status = x.status;
  auto response = std::make_shared<http::response<http::string_body>>();
  response->version(11); // whatever the request's was (RFC 9110, 6.2)
  response->result(status);
  response->set(http::field::server, "atrium");
  response->set(http::field::date, http_date(std::chrono::system_clock::now()));
  response->set(http::field::cache_control, "no-store");
  response->set("X-Content-Type-Options", "nosniff");
  response->set("Referrer-Policy", "no-referrer");
  response->set("Content-Security-Policy", x.policy);
  if (!x.content_type.empty())
    response->set(http::field::content_type, x.content_type);
  if (status == 401)
    response->set(http::field::www_authenticate, "Bearer");
  if (status == 503 || status == 429)
    response->set(http::field::retry_after, "1");
  if (!x.allow.empty())
    response->set(http::field::allow, x.allow);
  if (status == 426) {
    response->set(http::field::upgrade, "websocket");
    response->set(http::field::sec_websocket_version, "13");
  }
  if (auto options = options_of(to, x); !options.empty())
    response->set(http::field::connection, options);
  auto size = x.body.size();
  if (to.method() != http::verb::head)
    response->body() = std::move(x.body);
  if (status != 204) // RFC 9110, 8.6
    response->content_length(size);
  expect_client();
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
  stream_.next_layer().shutdown(stream_socket::shutdown_send, ignored);
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
  stream_.next_layer().shutdown(stream_socket::shutdown_send, ignored);
  stream_.next_layer().close(ignored);
}

} // namespace atrium
