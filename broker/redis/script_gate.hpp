#pragma once

#include "atrium/broker/redis/resp.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Whether commands that call a script can be sent: Redis has to have the
/// script, and not to have asked for patience a moment ago. Pure state, for one
/// thread.
class script_gate {
public:
  using clock = std::chrono::steady_clock;

  /// How long a server is left alone that says "try again later".
  static constexpr std::chrono::milliseconds pause{50};

  bool is_open() const noexcept {
    return !sha_.empty() && !resume_;
  }

  /// Returns whether Redis does not take the script: to wait is of no use.
  bool is_refused() const noexcept {
    return is_refused_;
  }

  const std::string& sha() const noexcept {
    return sha_;
  }

  /// A new connection loads the script anew, ahead of all commands.
  void on_up() noexcept {
    is_refused_ = false;
  }

  void on_script(std::string_view sha) {
    sha_ = sha;
    is_refused_ = false;
  }

  void on_script_refused(std::string_view error) {
    sha_.clear();
    resp_node node{resp_type::error, 0, error};
    is_refused_ = !is_not_ready({&node, 1});
  }

  void wait(clock::time_point now) noexcept {
    resume_ = now + pause;
  }

  void tick(clock::time_point now) noexcept {
    if (resume_ && *resume_ <= now)
      resume_.reset();
  }

  /// Returns when `tick` has something to do next.
  std::optional<clock::time_point> next_tick() const noexcept {
    return resume_;
  }

private:
  std::string sha_; // empty: Redis does not have it yet
  bool is_refused_ = false;
  std::optional<clock::time_point> resume_;
};

/// Returns the earlier of two times that may be none.
inline std::optional<script_gate::clock::time_point>
earlier(std::optional<script_gate::clock::time_point> a,
        std::optional<script_gate::clock::time_point> b) noexcept {
  if (!a || (b && *b < *a))
    return b;
  return a;
}

} // namespace atrium
