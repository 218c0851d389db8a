#pragma once

#include "atrium/broker/redis/redis_terms.hpp"

#include <functional>
#include <map>
#include <string>

namespace atrium::test {

/// One server, or several: as the test says.
struct redis_terms_stub final : redis_terms {
  std::string run = "run1";                             ///< Of servers that are not named below.
  std::map<std::string, std::string, std::less<>> runs; ///< By the key.
  std::string publishes = "PUBLISH";

  std::string_view publish_command() const noexcept override {
    return publishes;
  }

  std::string_view incarnation(std::string_view key) const noexcept override {
    auto i = runs.find(key);
    return i == runs.end() ? run : i->second;
  }
};

/// The answers of a hub of many servers when it has lost one, or has none.
inline constexpr std::string_view lost_answer = "LOST the link to 127.0.0.1:7001";
inline constexpr std::string_view unreachable_answer = "UNREACHABLE 127.0.0.1:7001";

} // namespace atrium::test
