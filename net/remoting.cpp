#include "atrium/net/remoting.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/openssl/publish.hpp>
#include <caf/send.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sys/mman.h>
#include <unistd.h>

namespace atrium {

namespace {

std::string last_error() {
  auto code = ERR_get_error();
  ERR_clear_error();
  auto* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "it cannot be read";
}

// Without it OpenSSL would ask for a password on the terminal, and wait.
int no_password(char*, int, int, void*) {
  return 0;
}

} // namespace

/// A copy of a file that exists in this process only.
class remoting::memory_file {
public:
  memory_file() : fd_(::memfd_create("atrium", MFD_CLOEXEC)) {
    // nop
  }

  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;

  ~memory_file() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  /// Returns what went wrong, or nothing.
  std::string copy(const std::string& path) const {
    std::ifstream in{path, std::ios::binary};
    if (!in)
      return std::strerror(errno);
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    if (in.bad())
      return "it cannot be read";
    auto size = static_cast<ssize_t>(text.size());
    if (::write(fd_, text.data(), text.size()) != size)
      return "there is no memory for it";
    return {};
  }

  std::string path() const {
    return "/proc/self/fd/" + std::to_string(fd_);
  }

private:
  int fd_;
};

std::string remoting::read(const certificate_paths& from) {
  std::vector<std::shared_ptr<memory_file>> files;
  for (auto [name, path] : {std::pair{"cert: ", &from.cert},
                            {"key: ", &from.key},
                            {"ca: ", &from.ca}}) {
    auto& file = files.emplace_back(std::make_shared<memory_file>());
    if (auto error = file->copy(*path); !error.empty())
      return name + *path + ": " + error;
  }
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> trial{SSL_CTX_new(TLS_method()), SSL_CTX_free};
  SSL_CTX_set_default_passwd_cb(trial.get(), no_password);
  if (SSL_CTX_use_certificate_chain_file(trial.get(), files[0]->path().c_str())
      != 1)
    return "cert: " + from.cert + ": " + last_error();
  if (SSL_CTX_use_PrivateKey_file(trial.get(), files[1]->path().c_str(),
                                  SSL_FILETYPE_PEM)
      != 1)
    return "key: " + from.key + ": " + last_error();
  if (SSL_CTX_load_verify_locations(trial.get(), files[2]->path().c_str(),
                                    nullptr)
      != 1)
    return "ca: " + from.ca + ": " + last_error();
  files_ = std::move(files);
  return {};
}

// The identifier keeps apart what is no Atrium; it is no protection.
void remoting::load_into(caf::actor_system_config& out, side which) const {
  out.load<caf::io::middleman>();
  out.set("middleman.heartbeat-interval", caf::timespan{heartbeat});
  // CAF would take a connection of its own that has not heard anything yet for
  // one that has been silent for ever.
  if (which == side::server)
    out.set("middleman.connection-timeout", caf::timespan{patience});
  out.set("middleman.app-identifiers", std::vector<std::string>{"atrium"});
  if (!is_secure())
    return;
  out.load<caf::openssl::manager>();
  out.openssl_certificate = files_[0]->path();
  out.openssl_key = files_[1]->path();
  out.openssl_cafile = files_[2]->path();
}

caf::expected<std::uint16_t> remoting::publish(const inspect_service& what,
                                               const std::string& host,
                                               std::uint16_t port) const {
  // A node that has just ended must not keep the port from the next one.
  constexpr auto reuse = true;
  if (is_secure())
    return caf::openssl::publish(what, port, host.c_str(), reuse);
  return what.home_system().middleman().publish(what, port, host.c_str(),
                                                reuse);
}

void remoting::close(caf::actor_system& system, std::uint16_t port) {
  caf::anon_send(system.middleman().actor_handle(), caf::close_atom::value,
                 port);
}

} // namespace atrium
