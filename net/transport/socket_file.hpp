#pragma once

#include <string>
#include <sys/types.h>

namespace atrium {

/// The file by which others on this machine reach a Unix socket: there from
/// `listen` to the end of this object. A process that crashes leaves its file
/// behind; the next one that listens there removes it. For one thread at a
/// time.
class socket_file {
public:
  socket_file() = default;

  socket_file(const socket_file&) = delete;
  socket_file& operator=(const socket_file&) = delete;

  ~socket_file() {
    remove();
  }

  /// Binds a socket to `path`, for its user and group only (mode 0660), and
  /// listens. What is there already is removed only if it is a socket on which
  /// nobody listens. Returns what went wrong, or nothing. Blocks for a second
  /// at most.
  std::string listen(int socket, const std::string& path);

  /// Removes the file, unless somebody has put another one there.
  void remove();

private:
  std::string path_; // empty: there is none
  dev_t device_ = 0;
  ino_t number_ = 0;
};

} // namespace atrium
