#pragma once

#include "support/redis_server.hpp"
#include "support/shared_redis.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace atrium::test {

/// Returns whether tests are to run on this kind: those in `TEST_REDIS`, with commas
/// between them, or all. `memory` is one of them, besides `shared_redis::kinds()`.
inline bool is_chosen(std::string_view kind) {
  auto* chosen = std::getenv("TEST_REDIS");
  if (chosen == nullptr || *chosen == '\0')
    return true;
  return ("," + std::string{chosen} + ",").find("," + std::string{kind} + ",") != std::string::npos;
}

/// Runs a test on every kind of Redis that is chosen and to be had here; each time
/// it finds no data.
template <class F>
void on_every_redis(F&& test) {
  if (!redis_server::is_installed())
    return;
  for (auto& kind : shared_redis::kinds()) {
    if (!is_chosen(kind) || (kind == "tls" && !redis_server::has_tls()))
      continue;
    std::printf("on %s\n", kind.c_str());
    shared_redis on{kind};
    on.clear();
    test(on);
  }
}

} // namespace atrium::test
