#include "atrium/net/transport/stream_socket.hpp"

#include "atrium/net/transport/host_address.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstring>

namespace atrium {

boost::asio::ip::address peer_of(const stream_socket& x) {
  boost::system::error_code error;
  auto end = x.remote_endpoint(error);
  auto family = end.protocol().family();
  boost::asio::ip::tcp::endpoint result;
  if (error || (family != AF_INET && family != AF_INET6)
      || end.size() > result.capacity())
    return boost::asio::ip::address_v4{};
  // A generic endpoint is the bytes of any address; this one can read them.
  std::memcpy(result.data(), end.data(), end.size());
  return unmapped(result.address());
}

} // namespace atrium
