#pragma once

#include "atrium/broker/tcp/dial_targets.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

struct ssl_ctx_st;

namespace atrium {

/// A connection that this side has opened, bare or with TLS. One operation of
/// each kind at a time, on the thread of the context; what is under way when it
/// is closed ends with an error.
class dial_stream {
public:
  using signal = std::function<void(boost::system::error_code)>;
  using transfer = std::function<void(boost::system::error_code, std::size_t)>;

  explicit dial_stream(dial_protocol::socket socket)
    : socket_(std::move(socket)) {
    // nop
  }

  dial_stream(dial_stream&&) noexcept = default;
  dial_stream& operator=(dial_stream&&) = delete;
  ~dial_stream() = default;

  /// Takes over another one, in place of this one, which is closed first.
  void replace(dial_stream&& by);

  /// Agrees on keys, and calls `done` with what is wrong with the other side,
  /// or nothing: it has to have a certificate of `host`, by an authority that
  /// `trust` knows. Before anything else; without it the connection is bare.
  void secure(ssl_ctx_st& trust, const std::string& host,
              std::function<void(std::string)> done);

  /// Reads some bytes.
  template <class Handler>
  void read_some(boost::asio::mutable_buffer into, Handler done) {
    if (tls_)
      return read_secured(into, std::move(done));
    socket_.async_read_some(into, std::move(done));
  }

  /// Writes all bytes, which have to stay until it is done.
  template <class Handler>
  void write(boost::asio::const_buffer bytes, Handler done) {
    if (tls_)
      return write_secured(bytes, std::move(done));
    boost::asio::async_write(socket_, bytes, std::move(done));
  }

  /// Closes the connection; what the system still holds of it is sent.
  void close() noexcept;

  /// Closes the connection; what the system still holds of it never arrives.
  void reset() noexcept;

  /// The socket below; with TLS for its options only.
  dial_protocol::socket& socket() noexcept;

private:
  class tls;

  void read_secured(boost::asio::mutable_buffer into, transfer done);
  void write_secured(boost::asio::const_buffer bytes, transfer done);

  dial_protocol::socket socket_; // moved away when there is TLS
  std::shared_ptr<tls> tls_;     // shared with handlers of what is under way
};

} // namespace atrium
