#include "atrium/net/transport/gather_write.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace atrium {

namespace {

ssize_t offer(int socket, std::span<iovec> parts) noexcept {
  constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  // The kernel copies no list for it.
  if (parts.size() == 1)
    return ::send(socket, parts[0].iov_base, parts[0].iov_len, flags);
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return ::sendmsg(socket, &message, flags);
}

} // namespace

write_outcome gather_write(int socket, std::span<iovec> parts) noexcept {
  using kind = write_outcome::kind;
  for (;;) {
    auto n = offer(socket, parts);
    if (n >= 0)
      return {kind::taken, static_cast<std::size_t>(n)};
    if (errno == EINTR)
      continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      return {kind::full, 0};
    // Also when the kernel has no memory (ENOBUFS, ENOMEM): no event tells when
    // it has some again, so whoever waited might wait for ever.
    return {kind::failed, 0};
  }
}

} // namespace atrium
