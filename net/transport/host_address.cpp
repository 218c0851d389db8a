#include "atrium/net/transport/host_address.hpp"

namespace atrium {

namespace ip = boost::asio::ip;

ip::address unmapped(const ip::address& x) {
  if (x.is_v6() && x.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, x.to_v6());
  return x;
}

} // namespace atrium
