#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <vector>

namespace atrium {

/// One socket type for TCP as well as for unix sockets.
using dial_protocol = boost::asio::generic::stream_protocol;
using dial_targets = std::vector<dial_protocol::endpoint>;

/// Returns what a name stands for in the order in which to try: as it came, but
/// with the families in turn (RFC 8305, section 4), so that a machine without a
/// way to one of them does not have to try all of its addresses first.
dial_targets
tcp_endpoints(const std::vector<boost::asio::ip::tcp::endpoint>& found);

/// Remembers which addresses have answered and were the wrong ones all the
/// same, a replica for instance: they are tried last, the one that failed last
/// after all others.
class target_order {
public:
  void failed(const dial_protocol::endpoint& x);

  void worked() noexcept {
    failed_.clear();
  }

  dial_targets sorted(dial_targets targets) const;

private:
  dial_targets failed_; // oldest first
};

/// Makes a connected TCP socket send at once and notice a dead peer even if it
/// happens while data is on its way.
void tune_tcp(dial_protocol::socket& socket,
              std::chrono::milliseconds patience);

} // namespace atrium
