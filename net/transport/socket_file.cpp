#include "atrium/net/transport/socket_file.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace atrium {

namespace {

constexpr mode_t for_user_and_group = 0660;

/// A file descriptor that is closed in the end.
class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {
    // nop
  }

  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  int get() const {
    return fd_;
  }

private:
  int fd_;
};

sockaddr_un address_of(const std::string& path) {
  sockaddr_un result{};
  result.sun_family = AF_UNIX;
  path.copy(result.sun_path, sizeof(result.sun_path) - 1);
  return result;
}

template <class Call>
int with_address(const std::string& path, int socket, Call call) {
  auto address = address_of(path);
  return call(socket, reinterpret_cast<const sockaddr*>(&address),
              static_cast<socklen_t>(sizeof(address)));
}

// Between removing a file and listening at its place nobody else may do the
// same: a socket that is bound and does not listen yet looks like a dead one.
bool lock(int folder) {
  constexpr std::chrono::milliseconds between{10};
  for (int tries = 0; tries < 100; ++tries) {
    if (::flock(folder, LOCK_EX | LOCK_NB) == 0)
      return true;
    std::this_thread::sleep_for(between);
  }
  return false;
}

// Returns what is in the way at `path`, or nothing after removing what is dead.
std::string make_way(const std::string& path) {
  struct stat found {};
  // Of the path itself: a link is in the way, wherever it leads.
  if (::lstat(path.c_str(), &found) != 0)
    return errno == ENOENT ? "" : std::strerror(errno);
  if (!S_ISSOCK(found.st_mode))
    return "there is something else than a socket";
  descriptor probe{
    ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  // EAGAIN: somebody listens there, whose queue of connections is full.
  if (with_address(path, probe.get(), ::connect) == 0 || errno == EAGAIN)
    return "another process listens there";
  if (errno != ECONNREFUSED && errno != ENOENT)
    return std::strerror(errno);
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? ""
                                                        : std::strerror(errno);
}

} // namespace

std::string socket_file::listen(int socket, const std::string& path) {
  auto folder = path.substr(0, path.rfind('/') + 1);
  descriptor locked{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (locked.get() < 0)
    return std::strerror(errno);
  if (!lock(locked.get()))
    return "somebody has locked its folder";
  if (auto obstacle = make_way(path); !obstacle.empty())
    return obstacle;
  if (with_address(path, socket, ::bind) != 0)
    return std::strerror(errno);
  // From here on the file is ours: the destructor removes it, whatever fails
  // below.
  path_ = path;
  struct stat made {};
  ::lstat(path.c_str(), &made);
  device_ = made.st_dev;
  number_ = made.st_ino;
  // Nobody can connect before it listens, so nobody slips in before the mode.
  if (::chmod(path.c_str(), for_user_and_group) != 0
      || ::listen(socket, SOMAXCONN) != 0)
    return std::strerror(errno);
  return {};
}

void socket_file::remove() {
  struct stat found {};
  if (!path_.empty() && ::lstat(path_.c_str(), &found) == 0
      && found.st_dev == device_ && found.st_ino == number_)
    ::unlink(path_.c_str());
  path_.clear();
}

} // namespace atrium
