#pragma once

#include "atrium/broker/redis/redis_url.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace atrium::test {

/// A redis-server of our own, on a unix socket in a directory of its own. It
/// dies with the test, however that ends. For one thread.
class redis_server {
public:
  /// Returns whether the machine has a redis-server; prints a line if not.
  static bool is_installed();

  /// Starts the server and waits until it answers. With `keeps` it has an
  /// append-only file, so that what it has acknowledged is there after a crash.
  explicit redis_server(bool keeps = false);

  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;

  ~redis_server();

  /// Returns where the server is, or would be if it ran.
  redis_url url() const;

  /// Returns the folder of the server, where its append-only file is.
  const std::string& dir() const noexcept {
    return dir_;
  }

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

private:
  std::string socket_path() const;
  bool answers() const;
  void signal(int number) const;

  const bool keeps_;
  std::string dir_;
  pid_t pid_ = -1;
};

} // namespace atrium::test
