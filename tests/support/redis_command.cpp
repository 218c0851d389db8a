#include "support/redis_command.hpp"

#include "atrium/broker/redis/resp.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace atrium::test {

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

// A blocking connection that closes itself.
class connection {
public:
  explicit connection(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    auto generic = reinterpret_cast<const sockaddr*>(&address);
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(fd_, generic, sizeof(address)) == 0)
      return;
    ::close(fd_);
    fail("connect to redis-server");
  }

  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  ~connection() {
    ::close(fd_);
  }

  void write(std::string_view bytes) {
    if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0)
      fail("write to redis-server");
  }

  std::vector<std::string> read_reply() {
    std::vector<std::string> out;
    resp_reader reader;
    std::array<char, 4096> buf;
    while (out.empty()) {
      auto size = ::recv(fd_, buf.data(), buf.size(), 0);
      if (size <= 0)
        fail("read from redis-server");
      reader.feed({buf.data(), static_cast<std::size_t>(size)}, [&](resp_reply reply) {
        for (auto& node : reply)
          out.push_back(node.text.empty() ? std::to_string(node.value) : std::string{node.text});
        return true;
      });
    }
    return out;
  }

private:
  int fd_;
};

} // namespace

std::vector<std::string> redis_command(const std::string& socket,
                                       const std::vector<std::string_view>& args) {
  std::string bytes;
  append_command_head(bytes, args.size());
  for (auto arg : args)
    append_argument(bytes, arg);
  connection to{socket};
  to.write(bytes);
  return to.read_reply();
}

bool redis_answers(const std::string& socket) {
  try {
    return redis_command(socket, {"PING"}).front() == "PONG";
  } catch (const std::system_error&) {
    return false;
  }
}

} // namespace atrium::test
