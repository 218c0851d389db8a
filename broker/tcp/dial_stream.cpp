#include "atrium/broker/tcp/dial_stream.hpp"

#include "atrium/broker/tcp/tls_trust.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace atrium {

namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

// What is wrong with a certificate says more than that the handshake failed.
std::string explain(error_code error, const std::string& host,
                    ssl_st* connection) {
  if (!error)
    return {};
  auto flaw = SSL_get_verify_result(connection);
  if (flaw == X509_V_OK)
    return "TLS: " + error.message();
  return "TLS: the certificate of the server is not accepted for " + host + ": "
         + X509_verify_cert_error_string(flaw);
}

} // namespace

class dial_stream::tls {
public:
  // The SSL keeps the context, and the stream frees the SSL.
  tls(dial_protocol::socket socket, ssl_ctx_st& trust)
    : stream(std::move(socket), SSL_new(&trust)) {
    // nop
  }

  ssl::stream<dial_protocol::socket> stream;
};

void dial_stream::replace(dial_stream&& by) {
  reset();
  socket_ = std::move(by.socket_);
  tls_ = std::move(by.tls_);
}

void dial_stream::secure(ssl_ctx_st& trust, const std::string& host,
                         std::function<void(std::string)> done) {
  tls_ = std::make_shared<tls>(std::move(socket_), trust);
  auto* native = tls_->stream.native_handle();
  if (!expect_host(native, host))
    return boost::asio::post(tls_->stream.get_executor(),
                             [done = std::move(done), host] {
                               done("TLS: no certificate can be for " + host);
                             });
  tls_->stream.async_handshake(
    ssl::stream_base::client,
    [keep = tls_, host, done = std::move(done)](error_code error) {
      done(explain(error, host, keep->stream.native_handle()));
    });
}

void dial_stream::close() noexcept {
  error_code ignored;
  socket().close(ignored);
  tls_.reset(); // handlers of what is under way keep it
}

void dial_stream::reset() noexcept {
  error_code ignored;
  socket().set_option(boost::asio::socket_base::linger{true, 0}, ignored);
  close();
}

dial_protocol::socket& dial_stream::socket() noexcept {
  return tls_ ? tls_->stream.next_layer() : socket_;
}

void dial_stream::read_secured(boost::asio::mutable_buffer into,
                               transfer done) {
  tls_->stream.async_read_some(
    into, [keep = tls_, done = std::move(done)](
            error_code error, std::size_t n) { done(error, n); });
}

void dial_stream::write_secured(boost::asio::const_buffer bytes,
                                transfer done) {
  boost::asio::async_write(
    tls_->stream, bytes,
    [keep = tls_, done = std::move(done)](error_code error, std::size_t n) {
      done(error, n);
    });
}

} // namespace atrium
