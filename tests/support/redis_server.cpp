#include "support/redis_server.hpp"

#include "atrium/broker/redis/resp.hpp"

#include "support/subscriber_log.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace atrium::test {

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

std::uint16_t free_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto generic = reinterpret_cast<sockaddr*>(&address);
  auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto ok = ::bind(fd, generic, size) == 0 && ::getsockname(fd, generic, &size) == 0;
  ::close(fd);
  if (!ok)
    fail("bind to a free port");
  return ntohs(address.sin_port);
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

bool redis_server::is_installed() {
  static const bool found = std::system("redis-server --version > /dev/null 2>&1") == 0;
  if (!found)
    std::puts("skipped: there is no redis-server");
  return found;
}

redis_server::redis_server(bool keeps) : keeps_(keeps) {
  auto pattern = (std::filesystem::temp_directory_path() / "atrium-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    fail("mkdtemp");
  dir_ = pattern;
  start();
}

redis_server::~redis_server() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

redis_url redis_server::url() const {
  redis_url out;
  out.path = socket_path();
  return out;
}

std::vector<std::string> redis_server::command(std::initializer_list<std::string_view> args) const {
  std::string bytes;
  append_command(bytes, args);
  connection to{socket_path()};
  to.write(bytes);
  return to.read_reply();
}

std::string redis_server::ask(std::initializer_list<std::string_view> args) const {
  return command(args).front();
}

std::uint16_t redis_server::open_port() const {
  // Another process may take the port in between: then the next one is tried.
  for (int attempt = 0; attempt < 10; ++attempt) {
    auto port = free_port();
    if (ask({"CONFIG", "SET", "port", std::to_string(port)}) == "OK")
      return port;
  }
  throw std::runtime_error{"no port for redis-server"};
}

void redis_server::start() {
  auto path = socket_path();
  auto log = dir_ + "/redis.log";
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path.c_str(), "--dir",
             dir_.c_str(), "--logfile", log.c_str(), "--save", "", "--appendonly",
             keeps_ ? "yes" : "no", "--appendfsync", "always", "--enable-debug-command", "local",
             nullptr);
    ::_exit(127);
  }
  if (pid_ < 0 || !eventually([this] { return answers(); }))
    throw std::runtime_error{"redis-server does not start"};
}

void redis_server::kill() {
  if (pid_ <= 0)
    return;
  signal(SIGKILL);
  ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

void redis_server::freeze() {
  signal(SIGSTOP);
}

void redis_server::thaw() {
  signal(SIGCONT);
}

std::string redis_server::socket_path() const {
  return dir_ + "/redis.sock";
}

bool redis_server::answers() const {
  try {
    return ask({"PING"}) == "PONG";
  } catch (const std::system_error&) {
    return false;
  }
}

void redis_server::signal(int number) const {
  ::kill(pid_, number);
}

} // namespace atrium::test
