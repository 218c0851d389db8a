#pragma once

#include <string>
#include <vector>

namespace atrium::test {

/// Where a Redis is, as the options of a node say it.
struct redis_place {
  std::vector<std::string> addresses; ///< Of `--redis`.
  std::string ca;                     ///< Of `--redis-ca`; empty: without TLS.
  std::string cert;                   ///< Of `--redis-cert` and `--redis-key`; empty: none.
  std::string key;
};

} // namespace atrium::test
