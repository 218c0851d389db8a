#pragma once

#include <cstddef>
#include <span>
#include <sys/uio.h>

namespace atrium {

/// What has become of bytes that were offered to a socket.
struct write_outcome {
  enum class kind {
    taken,  ///< Some, or all.
    full,   ///< None: the socket tells when there is room again.
    failed, ///< None, and the connection is lost.
  };

  kind what = kind::failed;
  std::size_t bytes = 0; ///< How many were taken.
};

/// Offers bytes to a stream socket, all of them in one system call, and does
/// not wait, whatever the mode of the socket. Asio's own write costs several
/// times as much around the call. No signal is raised.
write_outcome gather_write(int socket, std::span<iovec> parts) noexcept;

} // namespace atrium
