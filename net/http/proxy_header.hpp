#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace atrium {

/// What a proxy says first over a connection that it passes on: the PROXY
/// protocol, versions 1 and 2 (haproxy.org, doc/proxy-protocol.txt). Knows
/// nothing of sockets.
struct proxy_header {
  enum class state : std::uint8_t {
    incomplete, ///< More has to come.
    complete,
    broken, ///< This is none, whatever comes.
  };

  /// Most bytes that a header may have. Version 2 allows 65 551, for extensions
  /// of which none is read.
  static constexpr std::size_t longest = 4096;

  state is = state::incomplete;

  /// How many of the bytes are the header, when it is complete.
  std::size_t size = 0;

  /// What is wrong with a broken one.
  std::string_view flaw;

  /// Where the client is; nothing when the proxy speaks for itself (LOCAL, as
  /// for health checks) or of something that is not IP.
  std::optional<boost::asio::ip::address> client;

  /// Looks at all that has come. Up to `longest` bytes are needed at most to
  /// tell that a header is complete or broken.
  static proxy_header read(std::string_view bytes);
};

} // namespace atrium
