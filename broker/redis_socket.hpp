#pragma once

#include "atrium/broker/redis_url.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <vector>

namespace atrium {

/// One socket type for TCP as well as for unix sockets.
using redis_protocol = boost::asio::generic::stream_protocol;
using redis_endpoints = std::vector<redis_protocol::endpoint>;

/// Returns where the unix socket of `url` is.
redis_endpoints local_endpoints(const redis_url& url);

/// Returns what a name stands for, in the order in which to try.
redis_endpoints
tcp_endpoints(const boost::asio::ip::tcp::resolver::results_type& found);

/// Makes a connected TCP socket send at once and notice a dead peer even if it
/// happens while data is on its way.
void tune_tcp(redis_protocol::socket& socket,
              std::chrono::milliseconds patience);

} // namespace atrium
