#include "atrium/broker/util/read_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace atrium {

namespace {

bool is_regular(int file) {
  struct stat is {};
  return ::fstat(file, &is) == 0 && S_ISREG(is.st_mode);
}

bool read_to_end(int file, std::string& to) {
  std::size_t size = 0;
  while (size < to.size()) {
    auto got = ::read(file, to.data() + size, to.size() - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return false;
    if (got == 0)
      break;
    size += static_cast<std::size_t>(got);
  }
  to.resize(size);
  return true;
}

} // namespace

std::optional<std::string> read_file(const std::string& path,
                                     std::size_t most) {
  // To open a pipe would wait for somebody who writes to it.
  auto file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0)
    return std::nullopt;
  std::string text(most, '\0');
  std::optional<std::string> result;
  if (is_regular(file) && read_to_end(file, text))
    result = std::move(text);
  ::close(file);
  return result;
}

} // namespace atrium
