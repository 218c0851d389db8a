#include "support/redis_server.hpp"

#include "support/redis_command.hpp"
#include "support/subscriber_log.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace atrium::test {

namespace {

using role = redis_server_setup::role;

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

// Any program of the same commands will do, such as Valkey's.
std::string program() {
  auto* chosen = std::getenv("TEST_REDIS_SERVER");
  return chosen != nullptr ? chosen : "redis-server";
}

// Returns whether a command succeeds; prints a line if not.
bool succeeds(const std::string& command, const char* complaint) {
  auto good = std::system(command.c_str()) == 0;
  if (!good)
    std::puts(complaint);
  return good;
}

} // namespace

bool redis_server::is_installed() {
  static const bool found
    = succeeds(program() + " --version > /dev/null 2>&1", "skipped: there is no redis-server");
  return found;
}

bool redis_server::has_tls() {
  // It names the first option that it does not know.
  static const bool found
    = succeeds(program() + " --tls-port 0 --no-such-option 1 2>&1 | grep -q no-such-option",
               "skipped: redis-server was built without TLS");
  return found;
}

redis_server::redis_server(redis_server_setup setup) : setup_(std::move(setup)) {
  auto pattern = (std::filesystem::temp_directory_path() / "atrium-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    fail("mkdtemp");
  dir_ = pattern;
  try {
    start();
  } catch (...) {
    kill();
    std::filesystem::remove_all(dir_);
    throw;
  }
}

redis_server::redis_server(bool keeps)
  : redis_server(redis_server_setup{role::data, keeps, 0, {}, {}}) {
  // nop
}

redis_server::~redis_server() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

redis_place redis_server::place(std::string_view who) const {
  std::string at{who};
  if (setup_.port == 0)
    return {{"unix://" + at + socket()}, {}, {}, {}};
  if (!setup_.tls)
    return {{"redis://" + at + "127.0.0.1:" + port_text()}, {}, {}, {}};
  auto client = setup_.tls->client.value_or(certificate_paths{});
  return {{"rediss://" + at + "localhost:" + port_text()},
          setup_.tls->server.ca,
          client.cert,
          client.key};
}

std::string redis_server::socket() const {
  return dir_ + "/redis.sock";
}

std::vector<std::string> redis_server::command(std::initializer_list<std::string_view> args) const {
  return redis_command(socket(), args);
}

std::string redis_server::ask(std::initializer_list<std::string_view> args) const {
  return command(args).front();
}

std::uint16_t redis_server::open_port() const {
  std::uint16_t result = 0;
  with_free_ports(1, [&](auto& ports) {
    result = ports[0];
    if (ask({"CONFIG", "SET", "port", std::to_string(result)}) != "OK")
      throw std::runtime_error{"no port for redis-server"};
  });
  return result;
}

void redis_server::start() {
  auto words = command_line();
  std::vector<char*> argv;
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  eventually([this] { return pid_ < 0 || redis_answers(socket()) || has_exited(); });
  if (pid_ < 0 || !redis_answers(socket()))
    throw std::runtime_error{"redis-server does not start"};
}

void redis_server::kill() {
  if (pid_ <= 0)
    return;
  signal(SIGKILL);
  ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  is_frozen_ = false;
}

void redis_server::freeze() {
  signal(SIGSTOP);
  is_frozen_ = true;
}

void redis_server::thaw() {
  signal(SIGCONT);
  is_frozen_ = false;
}

std::vector<std::string> redis_server::command_line() const {
  std::vector<std::string> result{program()};
  auto add = [&](std::initializer_list<std::string> words) { result.insert(result.end(), words); };
  result.insert(result.end(), setup_.options.begin(), setup_.options.end());
  if (setup_.what == role::sentinel)
    add({"--sentinel"});
  add({"--bind", "127.0.0.1", "--unixsocket", socket(), "--dir", dir_, "--logfile",
       dir_ + "/redis.log", "--port", setup_.tls ? "0" : port_text()});
  if (auto& tls = setup_.tls)
    add({"--tls-port", port_text(), "--tls-cert-file", tls->server.cert, "--tls-key-file",
         tls->server.key, "--tls-ca-cert-file", tls->server.ca, "--tls-auth-clients",
         tls->client ? "yes" : "no"});
  if (setup_.what == role::sentinel)
    return result;
  add({"--save", "", "--appendonly", setup_.keeps ? "yes" : "no", "--appendfsync", "always",
       "--enable-debug-command", "local", "--repl-diskless-sync-delay", "0"});
  if (setup_.what == role::cluster)
    add({"--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"});
  return result;
}

// A process that could not take its port.
bool redis_server::has_exited() {
  if (::waitpid(pid_, nullptr, WNOHANG) != pid_)
    return false;
  pid_ = -1;
  return true;
}

void redis_server::signal(int number) const {
  ::kill(pid_, number);
}

void with_free_ports(std::size_t count,
                     const std::function<void(const std::vector<std::uint16_t>&)>& start) {
  for (int attempt = 1;; ++attempt) {
    std::vector<std::uint16_t> ports(count);
    std::ranges::generate(ports, free_port);
    try {
      return start(ports);
    } catch (const std::runtime_error&) {
      if (attempt == 10)
        throw;
    }
  }
}

} // namespace atrium::test
