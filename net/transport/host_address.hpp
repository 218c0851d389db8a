#pragma once

#include <boost/asio/ip/address.hpp>

namespace atrium {

/// Returns an IPv4 address for one that is mapped into IPv6: both name the same
/// host.
boost::asio::ip::address unmapped(const boost::asio::ip::address& x);

} // namespace atrium
