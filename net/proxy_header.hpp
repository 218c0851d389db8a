#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace atrium {

/// What a proxy says first over a connection that it passes on: the PROXY
/// protocol, version 2 (haproxy.org, doc/proxy-protocol.txt). Knows nothing of
/// sockets.
struct proxy_header {
  /// How many bytes come first whatever the header says.
  static constexpr std::size_t fixed_size = 16;

  /// Where the client is; nothing when the proxy speaks for itself (LOCAL, as
  /// for health checks) or of something that is not IP.
  std::optional<boost::asio::ip::address> client;

  /// Returns how long the header is that begins with these `fixed_size` bytes,
  /// nothing if it is none. Bounded: 16 + 520 bytes at most.
  static std::optional<std::size_t> size_of(std::string_view first);

  /// Reads a header of the size that `size_of` said; nothing if its addresses
  /// are cut off.
  static std::optional<proxy_header> parse(std::string_view header);
};

} // namespace atrium
