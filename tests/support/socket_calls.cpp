#include "support/socket_calls.hpp"

#include <cerrno>
#include <dlfcn.h>
#include <sys/socket.h>

namespace atrium::test {

std::atomic<std::size_t> socket_calls::writes = 0;
std::atomic<pthread_t> socket_calls::last_writer;
std::atomic<pthread_t> socket_calls::held;
thread_local std::vector<int> socket_calls::errors;

} // namespace atrium::test

namespace {

using atrium::test::socket_calls;

const auto client = ::pthread_self();

// Whether the call shall fail.
bool see() {
  auto self = ::pthread_self();
  if (self != client) {
    ++socket_calls::writes;
    socket_calls::last_writer = self;
    socket_calls::held.wait(self);
  }
  if (socket_calls::errors.empty())
    return false;
  errno = socket_calls::errors.front();
  socket_calls::errors.erase(socket_calls::errors.begin());
  return true;
}

} // namespace

extern "C" ssize_t sendmsg(int socket, const msghdr* what, int flags) {
  static auto next = reinterpret_cast<decltype(&sendmsg)>(dlsym(RTLD_NEXT, "sendmsg"));
  return see() ? -1 : next(socket, what, flags);
}

extern "C" ssize_t send(int socket, const void* what, std::size_t size, int flags) {
  static auto next = reinterpret_cast<decltype(&send)>(dlsym(RTLD_NEXT, "send"));
  return see() ? -1 : next(socket, what, size, flags);
}
