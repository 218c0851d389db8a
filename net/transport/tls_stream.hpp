#pragma once

#include "atrium/net/transport/stream_socket.hpp"

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <functional>
#include <memory>

// OpenSSL's own name for what a server's connections have in common.
struct ssl_ctx_st;

namespace atrium {

/// A TLS connection on a socket, the server's side. The only code of the node
/// that knows OpenSSL's streams; one operation of each kind at a time, on the
/// socket's thread. Destroying it drops the operations under way.
class tls_stream {
public:
  using signal = std::function<void(boost::system::error_code)>;
  using transfer = std::function<void(boost::system::error_code, std::size_t)>;

  /// Takes the socket over, and a reference of the context.
  tls_stream(stream_socket socket, ssl_ctx_st& context);

  tls_stream(const tls_stream&) = delete;
  tls_stream& operator=(const tls_stream&) = delete;

  ~tls_stream();

  /// Agrees on keys; before anything else.
  void handshake(signal done);

  /// Reads some bytes.
  void read_some(boost::asio::mutable_buffer into, transfer done);

  /// Writes all bytes, which have to stay until it is done.
  void write(boost::asio::const_buffer bytes, transfer done);

  /// Says that there is no more to come (close_notify), and waits for nothing.
  void close_notify(signal done);

  stream_socket& socket();

  const stream_socket& socket() const;

private:
  class impl;

  std::shared_ptr<impl> impl_;
};

} // namespace atrium
