#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

namespace atrium {

/// A socket of one lane, TCP or Unix: its executor is known to the compiler.
using stream_socket
  = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                     boost::asio::io_context::executor_type>;

/// Returns where its other end is: 0.0.0.0 for one of this machine without an
/// address (Unix), and when it has gone already.
boost::asio::ip::address peer_of(const stream_socket& x);

} // namespace atrium
