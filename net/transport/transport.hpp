#pragma once

#include "atrium/net/transport/stream_socket.hpp"
#include "atrium/net/transport/tls_stream.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>

namespace atrium {

/// What HTTP and WebSockets run on: a TCP socket, bare or with TLS on it. A
/// bare one costs a comparison more than the socket itself; behind TLS a
/// handler is kept on the heap, so that OpenSSL stays out of everybody's
/// headers. May be moved while nothing is under way. Models Beast's
/// AsyncStream.
class transport {
public:
  using executor_type = stream_socket::executor_type;
  using next_layer_type = stream_socket;

  explicit transport(stream_socket socket) : bare_(std::move(socket)) {
    // nop
  }

  /// Has everything that is read and written go through TLS from now on.
  void encrypt(ssl_ctx_st& context) {
    tls_ = std::make_unique<tls_stream>(std::move(bare_), context);
  }

  /// Null without TLS.
  tls_stream* tls() const {
    return tls_.get();
  }

  stream_socket& next_layer() {
    return tls_ ? tls_->socket() : bare_;
  }

  const stream_socket& next_layer() const {
    return tls_ ? tls_->socket() : bare_;
  }

  executor_type get_executor() {
    return bare_.get_executor();
  }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (!tls_)
      bare_.async_read_some(buffers, std::forward<Handler>(handler));
    else
      tls_->read_some(first_of<boost::asio::mutable_buffer>(buffers),
                      shared(std::forward<Handler>(handler)));
  }

  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (!tls_)
      bare_.async_write_some(buffers, std::forward<Handler>(handler));
    else
      tls_->write(first_of<boost::asio::const_buffer>(buffers),
                  shared(std::forward<Handler>(handler)));
  }

private:
  // The first buffer with room or bytes in it: "some" may be as little.
  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    auto end = boost::asio::buffer_sequence_end(buffers);
    auto i = std::find_if(boost::asio::buffer_sequence_begin(buffers), end,
                          [](const Buffer& x) { return x.size() != 0; });
    return i != end ? Buffer{*i} : Buffer{};
  }

  // Beast's handlers move only.
  template <class Handler>
  static tls_stream::transfer shared(Handler&& handler) {
    auto kept
      = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
    return [kept](boost::system::error_code error, std::size_t n) {
      std::move (*kept)(error, n);
    };
  }

  stream_socket bare_;
  std::unique_ptr<tls_stream> tls_;
};

} // namespace atrium
