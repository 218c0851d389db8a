#pragma once

#include "support/certificates.hpp"
#include "support/redis_place.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace atrium::test {

/// What a server shows of itself, and wants of its clients.
struct redis_tls {
  certificate_paths server;
  std::optional<certificate_paths> client; ///< If there, a client has to show one.
};

/// How a redis-server is started.
struct redis_server_setup {
  enum class role { data, cluster, sentinel };

  role what = role::data;

  /// It has an append-only file, so that what it has acknowledged is there after
  /// a crash.
  bool keeps = false;

  /// On 127.0.0.1, in the place of which TLS is spoken if that is there; 0: none.
  std::uint16_t port = 0;

  std::optional<redis_tls> tls;

  /// More of its command line; of a Sentinel it begins with the path of its file.
  std::vector<std::string> options;
};

/// A redis-server of our own, on a unix socket in a directory of its own, and on
/// a port if it is told to. It dies with the test, however that ends. For one
/// thread.
class redis_server {
public:
  /// Returns whether the machine has a redis-server; prints a line if not.
  static bool is_installed();

  /// Returns whether it was built with TLS; prints a line if not.
  static bool has_tls();

  /// Starts the server and waits until it answers. Throws std::runtime_error if
  /// it does not come up, as when another process has taken the port.
  explicit redis_server(redis_server_setup setup);

  /// The same for one on the unix socket alone.
  explicit redis_server(bool keeps = false);

  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;

  ~redis_server();

  /// Returns where the server is, or would be if it ran. `who` is empty or ends
  /// with an `@`.
  redis_place place(std::string_view who = {}) const;

  operator redis_place() const {
    return place();
  }

  /// Returns the folder of the server, where its append-only file is.
  const std::string& dir() const noexcept {
    return dir_;
  }

  std::uint16_t port() const noexcept {
    return setup_.port;
  }

  std::string port_text() const {
    return std::to_string(setup_.port);
  }

  /// The path of its unix socket.
  std::string socket() const;

  /// Runs one command on a connection of its own. Returns the texts and numbers
  /// of the reply; of an array first the number of its items.
  std::vector<std::string> command(std::initializer_list<std::string_view> args) const;

  /// Like `command`, for replies that are a single text or number.
  std::string ask(std::initializer_list<std::string_view> args) const;

  /// Makes the server listen on a free port of this machine as well, until it is
  /// killed.
  std::uint16_t open_port() const;

  void start();  ///< Waits until the server answers.
  void kill();   ///< Like a crash; nothing more is saved.
  void freeze(); ///< Stops the process: its connections stay, but are silent.
  void thaw();   ///< Lets it go on.

  /// Returns whether it can answer: it is neither killed nor frozen.
  bool runs() const noexcept {
    return pid_ > 0 && !is_frozen_;
  }

private:
  std::vector<std::string> command_line() const;
  bool has_exited();
  void signal(int number) const;

  const redis_server_setup setup_;
  std::string dir_;
  pid_t pid_ = -1;
  bool is_frozen_ = false;
};

/// Calls `start` with so many ports that are free, and again with others where
/// that throws std::runtime_error: another process may take one in between.
void with_free_ports(std::size_t count,
                     const std::function<void(const std::vector<std::uint16_t>&)>& start);

} // namespace atrium::test
