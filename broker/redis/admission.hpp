#pragma once

#include <atomic>
#include <cstddef>

namespace atrium {

/// Counts what was admitted and has no answer yet, within a bound. Any thread.
class admission {
public:
  constexpr admission(std::size_t most, std::size_t most_bytes) noexcept
    : most_(most), most_bytes_(most_bytes) {
    // nop
  }

  /// Admits one more, or returns false if that would be too much.
  bool admit(std::size_t bytes) noexcept {
    // Both at once, as `release` takes both back.
    auto count = pending_.fetch_add(1) + 1;
    auto total = pending_bytes_.fetch_add(bytes) + bytes;
    if (count <= most_ && total <= most_bytes_)
      return true;
    release(bytes);
    return false;
  }

  /// Admits one that has no bound, and no bytes.
  void add() noexcept {
    ++pending_;
  }

  void release(std::size_t bytes) noexcept {
    --pending_;
    pending_bytes_ -= bytes;
  }

private:
  const std::size_t most_;
  const std::size_t most_bytes_;
  std::atomic<std::size_t> pending_ = 0;
  std::atomic<std::size_t> pending_bytes_ = 0;
};

} // namespace atrium
