#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace atrium {

/// Tells the log which pages may not connect: each origin once an hour, and few
/// of them, for anybody can make them up. Browsers do not tell a developer why
/// the upgrade failed; the log does. Any thread.
class refused_origins {
public:
  using clock = std::chrono::steady_clock;

  static constexpr std::size_t most = 16; ///< Origins in an hour.

  /// Returns whether this origin has not been told within the hour, and may be.
  bool is_new(std::string_view origin, clock::time_point now);

  /// Writes the line if it is new.
  void tell(std::string_view origin);

private:
  std::mutex mutex_;
  clock::time_point begin_{}; // of the hour
  std::set<std::string, std::less<>> told_;
};

} // namespace atrium
