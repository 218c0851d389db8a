#pragma once

#include "support/redis_place.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::test {

/// Redis as people run it, of one kind, which the tests of a run share: it is
/// started by the first that asks for it, and ends with the program that runs the
/// tests. Nothing may be broken in it. For one thread.
///
/// | kind       | addresses                                                   |
/// | plain      | `redis://`, a port                                          |
/// | unix       | `unix://`, a socket                                         |
/// | tls        | `rediss://`, which asks clients for a certificate           |
/// | sentinel   | `redis-sentinel://`, a master, a replica, three Sentinels   |
/// | cluster    | `redis-cluster://`, three masters                           |
/// | several    | two times `redis://`, two that know nothing of each other   |
class shared_redis {
public:
  static const std::vector<std::string>& kinds();

  /// Throws std::runtime_error if it does not come up.
  explicit shared_redis(const std::string& kind);

  const redis_place& place() const noexcept {
    return place_;
  }

  operator const redis_place&() const noexcept {
    return place_;
  }

  /// Deletes all data.
  void clear() const;

  /// Runs a command at each server that has data of its own, and returns the
  /// longest reply: where a key is not, there is nothing to be had.
  std::vector<std::string> command(std::initializer_list<std::string_view> args) const;

private:
  redis_place place_;
  std::vector<std::string> sockets_; // of masters
};

} // namespace atrium::test
