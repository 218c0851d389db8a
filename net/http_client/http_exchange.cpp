#include "atrium/net/http_client/http_exchange.hpp"

#include "atrium/broker/tcp/name_lookup.hpp"
#include "atrium/broker/tcp/tcp_dialer.hpp"
#include "atrium/broker/tcp/tls_trust.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <openssl/ssl.h>

#include <optional>

namespace atrium {

namespace {

namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;

using error_code = boost::system::error_code;

// The server is trusted, but one that is mistaken must not fill the node.
constexpr std::uint64_t largest_answer = 65536;

// An answer that cannot be read is wrong; one that ends too early is none.
bool is_unreadable(error_code error) {
  return error.category()
           == http::make_error_code(http::error::bad_line_ending).category()
         && error != http::error::end_of_stream
         && error != http::error::partial_message;
}

class exchange final : public http_exchange,
                       public std::enable_shared_from_this<exchange> {
public:
  exchange(boost::asio::io_context& io, http_post what, handler done)
    : url_(std::move(what.url)),
      trust_(std::move(what.trust)),
      names_(io),
      dialer_(io, what.patience),
      socket_(io),
      done_(std::move(done)) {
    answer_.body_limit(largest_answer);
    request_.method(http::verb::post);
    request_.target(url_.target);
    request_.version(11);
    request_.set(http::field::host, url_.authority);
    request_.set(http::field::user_agent, "atrium");
    request_.set(http::field::content_type, "application/json");
    for (auto& [name, value] : what.fields)
      request_.set(name, value);
    // A kept connection may end just as a request is sent, and a POST may not
    // be sent again then (RFC 9110, 9.2.2).
    request_.keep_alive(false);
    request_.body() = std::move(what.body);
    request_.prepare_payload();
  }

  // Not by Asio: whoever stops would wait for the name servers.
  void resolve() {
    try {
      names_.find(url_.host, url_.port,
                  [self = shared_from_this()](name_lookup::outcome x) {
                    x.error.empty() ? self->connect(tcp_endpoints(x.found))
                                    : self->fail(x.error);
                  });
    } catch (const std::exception& error) {
      boost::asio::post(socket_.get_executor(),
                        [self = shared_from_this(),
                         why = std::string{error.what()}] { self->fail(why); });
    }
  }

  void cancel() override {
    auto self = shared_from_this(); // the handlers that go may be the last ones
    // First: the operations that are cancelled below report errors.
    done_ = nullptr;
    names_.forget();
    dialer_.cancel();
    error_code ignored;
    socket_.close(ignored);
  }

private:
  void connect(dial_targets found) {
    dialer_.dial(std::move(found),
                 [self = shared_from_this()](tcp_dialer::outcome x) {
                   if (!x.error.empty())
                     return self->fail(x.error);
                   self->socket_ = std::move(x.socket);
                   self->trust_ ? self->secure() : self->talk(self->socket_);
                 });
  }

  void secure() {
    SSL_CTX_up_ref(trust_.get());
    context_.emplace(trust_.get()); // takes the reference over
    tls_.emplace(socket_, *context_);
    if (!expect_host(tls_->native_handle(), url_.host))
      return fail("no certificate can be for " + url_.host);
    tls_->async_handshake(
      ssl::stream_base::client, [self = shared_from_this()](error_code error) {
        error ? self->fail("TLS: " + error.message()) : self->talk(*self->tls_);
      });
  }

  template <class Stream>
  void talk(Stream& by) {
    http::async_write(by, request_,
                      [self = shared_from_this(), &by](error_code error, auto) {
                        // It may have been cancelled meanwhile.
                        if (error || !self->done_)
                          return self->fail(error.message());
                        self->read(by);
                      });
  }

  template <class Stream>
  void read(Stream& by) {
    http::async_read(by, buffer_, answer_,
                     [self = shared_from_this()](error_code error, auto) {
                       self->on_answer(error);
                     });
  }

  void on_answer(error_code error) {
    if (error && is_unreadable(error))
      return finish({error.message(), true});
    if (error)
      return fail(error.message());
    auto& x = answer_.get();
    finish({{},
            false,
            x.result_int(),
            std::string{x[http::field::retry_after]},
            std::move(x.body())});
  }

  void fail(const std::string& why) {
    finish({why.empty() ? "the connection ends" : why});
  }

  void finish(http_result x) {
    if (auto done = std::exchange(done_, nullptr))
      done(std::move(x));
  }

  const http_url url_;
  const std::shared_ptr<ssl_ctx_st> trust_;
  name_lookup names_;
  tcp_dialer dialer_;
  dial_protocol::socket socket_;
  std::optional<ssl::context> context_;
  std::optional<ssl::stream<dial_protocol::socket&>> tls_;
  http::request<http::string_body> request_;
  boost::beast::flat_buffer buffer_;
  http::response_parser<http::string_body> answer_;
  handler done_; // null: told, or cancelled
};

} // namespace

std::shared_ptr<http_exchange> http_exchange::begin(boost::asio::io_context& io,
                                                    http_post what,
                                                    handler done) {
  auto result
    = std::make_shared<exchange>(io, std::move(what), std::move(done));
  result->resolve();
  return result;
}

} // namespace atrium
