#include "atrium/net/cli/bench/endpoint.hpp"

#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

namespace atrium::bench {

namespace {

constexpr std::uint32_t first_source = 0x7F00'0001;

} // namespace

std::optional<endpoint> endpoint::parse(const std::string& url,
                                        std::string_view scheme) {
  if (!url.starts_with(scheme))
    return std::nullopt;
  endpoint res;
  auto slash = std::min(url.find('/', scheme.size()), url.size());
  res.authority = url.substr(scheme.size(), slash - scheme.size());
  res.path = slash < url.size() ? url.substr(slash) : "/";
  auto bracket = res.authority.rfind(']');
  auto colon = res.authority.rfind(':');
  // Colons within brackets belong to the address.
  if (colon != std::string::npos && bracket != std::string::npos
      && colon < bracket)
    colon = std::string::npos;
  res.host = res.authority.substr(0, colon);
  res.port
    = colon == std::string::npos ? "80" : res.authority.substr(colon + 1);
  if (bracket != std::string::npos && res.host.starts_with('['))
    res.host = res.host.substr(1, bracket - 1);
  auto digits = res.port.find_first_not_of("0123456789") == std::string::npos;
  if (res.host.empty() || res.port.empty() || res.port.size() > 5 || !digits)
    return std::nullopt;
  return res;
}

std::string endpoint::resolve() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  auto error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0)
    return "cannot find " + host + ": " + ::gai_strerror(error);
  // All connections take the same way: the first address counts.
  std::memcpy(&address, found->ai_addr, found->ai_addrlen);
  address_size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return {};
}

int endpoint::connect(std::size_t source) const {
  auto fd = ::socket(address.ss_family,
                     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  int on = 1;
  // Nagle's algorithm would hold back a small request until the last one is
  // acknowledged, and this delay would count as latency of the server.
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  auto bound = source == 0 || !is_loopback_v4() || bind_source(fd, source);
  auto* to = reinterpret_cast<const sockaddr*>(&address);
  // EINPROGRESS is the rule: epoll tells of the result.
  if (bound && (::connect(fd, to, address_size) == 0 || errno == EINPROGRESS))
    return fd;
  // The caller reads errno; closing may change it.
  auto error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

bool endpoint::is_loopback_v4() const {
  if (address.ss_family != AF_INET)
    return false;
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof(v4));
  return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
}

bool endpoint::bind_source(int fd, std::size_t source) const {
  int on = 1;
  // bind() would reserve a port; with this option connect() chooses one, which
  // may serve several targets (ip(7)).
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr
    = htonl(first_source + static_cast<std::uint32_t>(source));
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof(from))
         == 0;
}

} // namespace atrium::bench
