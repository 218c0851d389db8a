#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace atrium {

/// How a `redis_link` is: told by its thread, read by any.
class link_status {
public:
  /// Returns whether the link is up and set up.
  bool is_up() const noexcept {
    return is_up_.load();
  }

  /// Returns how often the link was lost.
  std::uint64_t losses() const noexcept {
    return losses_.load();
  }

  /// Returns why the link is down, or what it is refused; empty if nothing is
  /// wrong.
  std::string trouble() const {
    std::lock_guard guard{mutex_};
    return trouble_;
  }

  /// Returns whether the server has not refused the last write that was tried.
  bool takes_writes() const {
    std::lock_guard guard{mutex_};
    return takes_writes_;
  }

  void set_up(bool is_up) noexcept {
    is_up_ = is_up;
  }

  void count_loss() noexcept {
    ++losses_;
  }

  void tell(std::string trouble, bool takes_writes) {
    std::lock_guard guard{mutex_};
    trouble_ = std::move(trouble);
    takes_writes_ = takes_writes;
  }

private:
  std::atomic<bool> is_up_ = false;
  std::atomic<std::uint64_t> losses_ = 0;
  mutable std::mutex mutex_;
  std::string trouble_ = "not connected yet";
  bool takes_writes_ = true;
};

} // namespace atrium
