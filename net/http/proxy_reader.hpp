#pragma once

#include "atrium/net/http/proxy_header.hpp"
#include "atrium/net/transport/stream_socket.hpp"

#include <boost/system/error_code.hpp>

#include <functional>
#include <memory>
#include <string>

namespace atrium {

/// Reads from a socket the header of the PROXY protocol, and nothing of what
/// follows it, which may be for TLS. One thread.
class proxy_reader : public std::enable_shared_from_this<proxy_reader> {
public:
  /// Gets a header that is complete, or that has a flaw; or one without a flaw,
  /// when the connection has ended before its first byte. `error` is what has
  /// ended it.
  using taker
    = std::function<void(boost::system::error_code, const proxy_header&)>;

  /// `done` is called once; it has to keep the socket alive.
  proxy_reader(stream_socket& socket, taker done)
    : socket_(socket), done_(std::move(done)) {
    // nop
  }

  void run();

private:
  void wait();
  void look();
  void fail(boost::system::error_code error, std::string_view flaw);

  stream_socket& socket_;
  taker done_;
  std::string seen_; // what the socket has been relieved of
};

} // namespace atrium
