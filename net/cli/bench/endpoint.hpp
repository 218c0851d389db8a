#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace atrium::bench {

/// Where to connect: the parts of a URL such as `ws://host[:port][/path]`.
struct endpoint {
  std::string host; ///< Without the brackets of an IPv6 address.
  std::string port;
  std::string authority; ///< As in the URL, for the header `Host`.
  std::string path;
  sockaddr_storage address{}; ///< Empty until `resolve`.
  socklen_t address_size = 0;

  /// `scheme` is what the URL has to begin with.
  static std::optional<endpoint> parse(const std::string& url,
                                       std::string_view scheme = "ws://");

  /// Looks the host up; blocks. Returns what is wrong, or nothing.
  std::string resolve();

  /// Starts to connect a new non-blocking socket and returns it, or -1 with
  /// errno set. A connection to an IPv4 loopback address comes from the
  /// `source`-th address of 127.0.0.0/8, for there are 28 000 ports to each
  /// target only; 0 means the usual one.
  int connect(std::size_t source) const;

private:
  bool is_loopback_v4() const;
  bool bind_source(int fd, std::size_t source) const;
};

} // namespace atrium::bench
