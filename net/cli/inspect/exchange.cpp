#include "atrium/net/cli/inspect/exchange.hpp"

#include "atrium/broker/tcp/tls_trust.hpp"
#include "atrium/net/cli/inspect/human.hpp"
#include "atrium/net/cli/inspect/terminal_text.hpp"
#include "atrium/net/options/version.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <openssl/ssl.h>

#include <utility>
#include <vector>

namespace atrium::tool {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using stream = asio::generic::stream_protocol;

constexpr std::string_view json_type = "application/json";

http::request<http::string_body> request_for(const inspect_options& from,
                                             const node_request& what) {
  http::request<http::string_body> x{
    what.body ? http::verb::post : http::verb::get,
    from.node.prefix + "/inspect"
      + (what.target.empty() ? "" : '/' + what.target),
    11};
  x.set(http::field::host, from.node.authority);
  x.set(http::field::user_agent, "atrium-inspect/" + std::string{version()});
  x.set(http::field::accept, json_type);
  // Each request has its own connection, so none can be stale.
  x.keep_alive(false);
  // Only acts carry the token: views need none, and a token that is not sent
  // cannot be stolen.
  if (what.body) {
    x.set(http::field::content_type, json_type);
    if (!from.token.empty())
      x.set(http::field::authorization, "Bearer " + from.token);
    x.body() = *what.body;
  }
  x.prepare_payload();
  return x;
}

node_response read_answer(const inspect_options& from,
                          const http::response<http::string_body>& x) {
  auto status = x.result_int();
  std::string type{x[http::field::content_type]};
  // Checked before the status: another server may answer 200 or 401, too.
  if (!type.starts_with(json_type))
    return {{},
            from.node.text + " is no internal listener of a node: status "
              + std::to_string(status) + ' ' + printable(type)};
  if (status == 200)
    return {x.body(), {}};
  if (status == 401)
    return {{},
            from.token.empty() ? "the node wants the token of its "
                                 "administrators (--token-file)"
                               : "the node does not take this token"};
  // A body that is no JSON has no message.
  auto view = parse_view(x.body());
  auto message = view.is_object() ? field_text(view, "message") : "";
  return {{},
          message.empty() ? "status " + std::to_string(status)
                          : printable(message)};
}

/// One request and its response; keeps itself as long as something is under
/// way.
class node_exchange : public std::enable_shared_from_this<node_exchange> {
public:
  node_exchange(asio::io_context& io, std::shared_ptr<exchange_terms> terms,
                const node_request& what,
                std::function<void(node_response)> then)
    : terms_(std::move(terms)),
      then_(std::move(then)),
      deadline_(io),
      share_(io),
      resolver_(io),
      socket_(io),
      request_(request_for(terms_->from, what)) {
    constexpr std::uint64_t largest_answer = 64U << 20U;
    parser_.body_limit(largest_answer);
  }

  void run() {
    deadline_.expires_after(terms_->from.timeout);
    deadline_.async_wait([self = shared_from_this()](error_code error) {
      if (!error)
        self->fail_late();
    });
    auto& node = terms_->from.node;
    if (node.by != node_address::transport::unix_socket)
      return resolve(node.host, node.port);
    endpoints_.emplace_back(asio::local::stream_protocol::endpoint{node.path});
    connect(0);
  }

private:
  void resolve(const std::string& host, const std::string& port) {
    // Counts threads of Asio that are in getaddrinfo: to cancel the resolver
    // does not end them.
    ++terms_->resolving;
    resolver_.async_resolve(
      host, port, [self = shared_from_this()](error_code error, auto found) {
        --self->terms_->resolving;
        if (error)
          return self->fail("cannot find "
                            + printable(self->terms_->from.node.host) + ": "
                            + error.message());
        for (auto& x : found)
          self->endpoints_.emplace_back(x.endpoint());
        self->connect(0);
      });
  }

  // An address that does not answer has its share of the time only, so that
  // the next one has some, too.
  void connect(std::size_t number) {
    if (!then_)
      return;
    error_code ignored;
    socket_.close(ignored);
    attempt_ = number;
    if (number + 1 < endpoints_.size()) {
      // The last address has no share: the deadline of the request counts.
      share_.expires_after(terms_->from.timeout / endpoints_.size());
      share_.async_wait([self = shared_from_this(), number](error_code error) {
        error_code none;
        if (!error && self->attempt_ == number)
          self->socket_.close(none);
      });
    }
    socket_.async_connect(endpoints_[number], [self = shared_from_this(),
                                               number](error_code error) {
      // No address is tried any more: a queued timer must not close the socket
      // that has just connected.
      self->attempt_ = self->endpoints_.size();
      if (!error)
        return self->begin();
      if (number + 1 < self->endpoints_.size())
        return self->connect(number + 1);
      self->fail("cannot reach " + self->terms_->from.node.text + ": "
                 + error.message());
    });
  }

  void begin() {
    if (!terms_->tls)
      return talk(socket_);
    tls_.emplace(socket_, *terms_->tls);
    if (!expect_host(tls_->native_handle(), terms_->from.node.host))
      return fail("no certificate can be for " + terms_->from.node.host);
    tls_->async_handshake(asio::ssl::stream_base::client,
                          [self = shared_from_this()](error_code error) {
                            error ? self->fail_handshake(error)
                                  : self->talk(*self->tls_);
                          });
  }

  template <class Stream>
  void talk(Stream& by) {
    http::async_write(
      by, request_, [self = shared_from_this(), &by](error_code error, auto) {
        if (error)
          return self->fail_talk(error);
        http::async_read(
          by, self->buffer_, self->parser_, [self](error_code failure, auto) {
            failure ? self->fail_talk(failure)
                    : self->finish(
                      read_answer(self->terms_->from, self->parser_.get()));
          });
      });
  }

  void fail_handshake(error_code why) {
    auto verdict = SSL_get_verify_result(tls_->native_handle());
    auto& node = terms_->from.node.text;
    if (verdict != X509_V_OK)
      return fail("the certificate of " + node
                  + " is not good: " + X509_verify_cert_error_string(verdict));
    fail(node + " does not speak TLS: " + why.message());
  }

  void fail_talk(error_code why) {
    auto& node = terms_->from.node.text;
    // A parser error means that the peer speaks no HTTP, except for these two:
    // the bytes ended too early. All other errors come from the connection.
    auto is_http
      = why.category() != error_code{http::error::bad_version}.category();
    if (is_http || why == http::error::end_of_stream
        || why == http::error::partial_message)
      return fail(node + " hangs up: " + why.message());
    fail(node + " answers something that is no HTTP: " + why.message());
  }

  void fail_late() {
    auto waited = static_cast<double>(terms_->from.timeout.count()) / 1e3;
    fail(terms_->from.node.text + " does not answer within "
         + duration_text(waited));
  }

  void fail(std::string why) {
    finish({{}, std::move(why)});
  }

  void finish(node_response x) {
    // The operations that are cancelled below call this again, without effect.
    auto then = std::exchange(then_, nullptr);
    deadline_.cancel();
    share_.cancel();
    resolver_.cancel();
    error_code ignored;
    socket_.close(ignored);
    if (then)
      then(std::move(x));
  }

  const std::shared_ptr<exchange_terms> terms_;
  std::function<void(node_response)> then_; // null: the exchange is done with
  asio::steady_timer deadline_;
  asio::steady_timer share_; // of one address
  asio::ip::tcp::resolver resolver_;
  std::vector<stream::endpoint> endpoints_;
  std::size_t attempt_ = 0; // the endpoint that is being tried
  stream::socket socket_;
  std::optional<asio::ssl::stream<stream::socket&>> tls_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  boost::beast::flat_buffer buffer_;
};

} // namespace

void exchange(asio::io_context& io, std::shared_ptr<exchange_terms> terms,
              node_request what, std::function<void(node_response)> then) {
  std::make_shared<node_exchange>(io, std::move(terms), what, std::move(then))
    ->run();
}

} // namespace atrium::tool
