#include "atrium/net/transport/tls_stream.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace atrium {

namespace ssl = boost::asio::ssl;

// Shared with the handlers of its operations: a stream may end while they are
// under way.
class tls_stream::impl {
public:
  // The SSL keeps the context, and the stream frees the SSL.
  impl(stream_socket socket, ssl_ctx_st& context)
    : stream(std::move(socket), SSL_new(&context)) {
    // nop
  }

  ssl::stream<stream_socket> stream;
};

tls_stream::tls_stream(stream_socket socket, ssl_ctx_st& context)
  : impl_(std::make_shared<impl>(std::move(socket), context)) {
  // nop
}

tls_stream::~tls_stream() {
  boost::system::error_code ignored;
  // Ends what is under way, with an error; until then its handlers hold
  // `impl_`.
  socket().close(ignored);
}

void tls_stream::handshake(signal done) {
  impl_->stream.async_handshake(
    ssl::stream_base::server,
    [keep = impl_, done = std::move(done)](auto error) { done(error); });
}

void tls_stream::read_some(boost::asio::mutable_buffer into, transfer done) {
  impl_->stream.async_read_some(
    into, [keep = impl_, done = std::move(done)](auto error, auto n) {
      done(error, n);
    });
}

void tls_stream::write(boost::asio::const_buffer bytes, transfer done) {
  boost::asio::async_write(impl_->stream, bytes,
                           [keep = impl_, done = std::move(done)](
                             auto error, auto n) { done(error, n); });
}

void tls_stream::close_notify(signal done) {
  // Asio's shutdown waits for the other side; a client that does not answer
  // must not cost more than the deadline of the close, so only ours is sent.
  auto* native = impl_->stream.native_handle();
  SSL_set_shutdown(native, SSL_RECEIVED_SHUTDOWN);
  impl_->stream.async_shutdown(
    [keep = impl_, done = std::move(done)](auto error) { done(error); });
}

stream_socket& tls_stream::socket() {
  return impl_->stream.next_layer();
}

const stream_socket& tls_stream::socket() const {
  return impl_->stream.next_layer();
}

} // namespace atrium
