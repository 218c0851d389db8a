#include "atrium/broker/redis_socket.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace atrium {

redis_endpoints local_endpoints(const redis_url& url) {
  return {boost::asio::local::stream_protocol::endpoint{url.path}};
}

redis_endpoints
tcp_endpoints(const boost::asio::ip::tcp::resolver::results_type& found) {
  redis_endpoints out;
  for (auto& entry : found)
    out.emplace_back(entry.endpoint());
  return out;
}

// None of the options is worth a connection, hence failures are ignored.
void tune_tcp(redis_protocol::socket& socket,
              std::chrono::milliseconds patience) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
  socket.set_option(boost::asio::socket_base::keep_alive{true}, ignored);
  auto ms = static_cast<unsigned>(patience.count());
  std::ignore = ::setsockopt(socket.native_handle(), IPPROTO_TCP,
                             TCP_USER_TIMEOUT, &ms, sizeof(ms));
}

} // namespace atrium
