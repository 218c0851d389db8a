#include "atrium/net/transport/tls_stream.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace atrium {

namespace ssl = boost::asio::ssl;

// Shared with the handlers of its operations: a stream may end while they are
// under way.
class tls_stream::core {
public:
  // The SSL keeps the context, and the stream frees the SSL.
  core(stream_socket socket, ssl_ctx_st& context)
    : stream(std::move(socket), SSL_new(&context)) {
    // nop
  }

  ssl::stream<stream_socket> stream;
};

tls_stream::tls_stream(stream_socket socket, ssl_ctx_st& context)
  : core_(std::make_shared<core>(std::move(socket), context)) {
  // nop
}

tls_stream::~tls_stream() {
  boost::system::error_code ignored;
  // Ends what is under way, with an error; until then its handlers hold
  // `core_`.
  socket().close(ignored);
}

void tls_stream::handshake(signal done) {
  core_->stream.async_handshake(
    ssl::stream_base::server,
    [keep = core_, done = std::move(done)](auto error) { done(error); });
}

void tls_stream::read_some(boost::asio::mutable_buffer into, transfer done) {
  core_->stream.async_read_some(
    into, [keep = core_, done = std::move(done)](auto error, auto n) {
      done(error, n);
    });
}

void tls_stream::write(boost::asio::const_buffer bytes, transfer done) {
  boost::asio::async_write(core_->stream, bytes,
                           [keep = core_, done = std::move(done)](
                             auto error, auto n) { done(error, n); });
}

void tls_stream::close_notify(signal done) {
  // Asio's shutdown waits for the other side; a client that does not answer
  // must not cost more than the deadline of the close, so only ours is sent.
  auto* native = core_->stream.native_handle();
  SSL_set_shutdown(native, SSL_RECEIVED_SHUTDOWN);
  core_->stream.async_shutdown(
    [keep = core_, done = std::move(done)](auto error) { done(error); });
}

stream_socket& tls_stream::socket() {
  return core_->stream.next_layer();
}

const stream_socket& tls_stream::socket() const {
  return core_->stream.next_layer();
}

} // namespace atrium
