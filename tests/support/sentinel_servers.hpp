#pragma once

#include "support/redis_server.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::test {

/// How Sentinels and what they watch are started.
struct sentinel_setup {
  std::size_t replicas = 1;

  /// How long a master is silent before it counts as down. Long, so that a busy
  /// machine fails over nothing by itself; 500 ms where that is to happen.
  std::chrono::milliseconds down_after{30'000};

  std::optional<redis_tls> tls; ///< Of all of them.
};

/// A master, its replicas and three Sentinels, which agree when it is
/// constructed. For one thread.
class sentinel_servers {
public:
  /// Throws std::runtime_error if they do not come up.
  explicit sentinel_servers(sentinel_setup setup = {});

  sentinel_servers(const sentinel_servers&) = delete;
  sentinel_servers& operator=(const sentinel_servers&) = delete;

  ~sentinel_servers();

  redis_place place(std::string_view who = {}) const;

  /// Returns whom the Sentinels call the master; null: not all of them say the
  /// same. To freeze, to thaw, to kill and to start it is for the test.
  redis_server* master() const;

  /// Returns the others of the data.
  std::vector<redis_server*> replicas() const;

  redis_server& sentinel(std::size_t i) const {
    return *sentinels_.at(i);
  }

  /// Has a replica promoted, and returns when all Sentinels say so. The demoted
  /// master learns of it from them within seconds.
  void fail_over();

  /// Waits until all Sentinels name another master than this one.
  bool has_left(const redis_server& former) const;

private:
  void start(const std::vector<std::uint16_t>& ports);
  std::string file_of(std::size_t i, const std::vector<std::uint16_t>& ports) const;
  bool agree() const;

  const sentinel_setup setup_;
  temporary_folder folder_; // the files of the Sentinels, which rewrite them
  std::vector<std::unique_ptr<redis_server>> data_;
  std::vector<std::unique_ptr<redis_server>> sentinels_;
};

} // namespace atrium::test
