#include "support/shared_redis.hpp"

#include "support/cluster_servers.hpp"
#include "support/redis_command.hpp"
#include "support/sentinel_servers.hpp"
#include "support/subscriber_log.hpp"

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace atrium::test {

namespace {

// Servers that run as long as this object lives.
struct running {
  std::vector<std::shared_ptr<void>> servers;
  std::vector<std::string> sockets;
  redis_place place;
};

void add(running& to, redis_server_setup setup, bool has_port = true) {
  with_free_ports(1, [&](auto& ports) {
    setup.port = has_port ? ports[0] : std::uint16_t{0};
    auto server = std::make_shared<redis_server>(setup);
    auto addresses = std::move(to.place.addresses);
    addresses.push_back(server->place().addresses.front());
    to.place = server->place();
    to.place.addresses = std::move(addresses);
    to.sockets.push_back(server->socket());
    to.servers.push_back(std::move(server));
  });
}

running with_tls() {
  running result;
  auto folder = std::make_shared<temporary_folder>();
  authority ca{*folder, "ca"};
  result.servers.push_back(folder);
  redis_server_setup setup;
  setup.tls = redis_tls{ca.issue("DNS:localhost,IP:127.0.0.1"), ca.issue("DNS:client")};
  add(result, setup);
  return result;
}

running with_sentinels() {
  auto servers = std::make_shared<sentinel_servers>();
  return {{servers}, {servers->master()->socket()}, servers->place()};
}

running in_a_cluster() {
  auto servers = std::make_shared<cluster_servers>();
  running result{{servers}, {}, servers->place()};
  for (std::size_t i = 0; i < servers->size(); ++i)
    result.sockets.push_back(servers->at(i).socket());
  return result;
}

running start(const std::string& kind) {
  if (kind == "tls")
    return with_tls();
  if (kind == "sentinel")
    return with_sentinels();
  if (kind == "cluster")
    return in_a_cluster();
  running result;
  for (auto left = kind == "several" ? 2 : 1; left > 0; --left)
    add(result, {}, kind != "unix");
  return result;
}

// One line for each text, so that whoever asks later finds what is there.
void write_down(const running& x, const std::string& path) {
  {
    std::ofstream file{path + ".new"};
    for (auto* text : {&x.place.ca, &x.place.cert, &x.place.key})
      file << *text << '\n';
    file << x.place.addresses.size() << '\n';
    for (auto& text : x.place.addresses)
      file << text << '\n';
    for (auto& text : x.sockets)
      file << text << '\n';
  }
  std::filesystem::rename(path + ".new", path);
}

// Each test is a process of its own. What outlives it belongs to another process,
// which ends when the one that runs the tests has ended, in whatever way.
[[noreturn]] void keep(const std::string& kind, const std::string& path, int end_of_run) {
  auto nothing = ::open("/dev/null", O_RDWR);
  for (auto fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::dup2(nothing, fd);
  try {
    auto servers = start(kind);
    write_down(servers, path);
    pollfd end{end_of_run, POLLIN, 0};
    while (::poll(&end, 1, -1) < 0) {
      // nop, a signal
    }
    std::filesystem::remove(path);
  } catch (const std::exception&) {
    ::_exit(1);
  }
  ::_exit(0);
}

void start_keeper(const std::string& kind, const std::string& path) {
  auto end_of_run = static_cast<int>(::syscall(SYS_pidfd_open, ::getppid(), 0));
  auto keeper = ::fork();
  if (keeper == 0)
    keep(kind, path, end_of_run);
  ::close(end_of_run);
  auto failed = [keeper] { return ::waitpid(keeper, nullptr, WNOHANG) != 0; };
  eventually([&] { return std::filesystem::exists(path) || failed(); });
}

} // namespace

const std::vector<std::string>& shared_redis::kinds() {
  static const std::vector<std::string> result{"plain",    "unix",    "tls",
                                               "sentinel", "cluster", "several"};
  return result;
}

shared_redis::shared_redis(const std::string& kind) {
  auto name = "atrium-shared-" + std::to_string(::getppid()) + '-' + kind;
  auto path = (std::filesystem::temp_directory_path() / name).string();
  if (!std::filesystem::exists(path))
    start_keeper(kind, path);
  std::ifstream file{path};
  std::size_t addresses = 0;
  std::string line;
  for (auto* text : {&place_.ca, &place_.cert, &place_.key})
    std::getline(file, *text);
  if (std::getline(file, line))
    addresses = std::stoul(line);
  while (std::getline(file, line))
    (place_.addresses.size() < addresses ? place_.addresses : sockets_).push_back(line);
  if (sockets_.empty())
    throw std::runtime_error{"no Redis of this kind: " + kind};
}

void shared_redis::clear() const {
  command({"FLUSHALL"});
}

std::vector<std::string> shared_redis::command(std::initializer_list<std::string_view> args) const {
  std::vector<std::string> result;
  for (auto& socket : sockets_) {
    auto reply = redis_command(socket, args);
    if (reply.size() >= result.size() && !reply.front().starts_with("MOVED "))
      result = std::move(reply);
  }
  return result;
}

} // namespace atrium::test
