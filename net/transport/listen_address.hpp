#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace atrium {

/// Where a node listens. Port 0 lets the system choose a free one.
struct listen_address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string path = {}; ///< Of a Unix socket; then there is no host or port.

  /// Returns whether only this machine can reach the address.
  bool is_loopback() const;

  bool operator==(const listen_address&) const = default;
};

/// Returns whether a host is this machine: a loopback address in any spelling,
/// `localhost` or a name below it (RFC 6761, 6.3).
bool is_loopback_host(std::string_view host);

// Each of the following returns what is wrong with the text, or nothing. `out`
// changes only when the text is good.

/// Reads `HOST:PORT`, an IPv6 address in brackets.
std::string read_address(const std::string& text, listen_address& out);

/// Reads `HOST:PORT` or `unix://PATH`.
std::string read_address_or_path(const std::string& text, listen_address& out);

/// Checks the path of a Unix socket.
std::string check_socket_path(const std::string& text);

/// Returns the text from which `address` would be read again.
std::string show_address(const listen_address& address);

} // namespace atrium
