#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace atrium {

/// Accounts for the publishes of a bus and keeps those without an answer within
/// bounds. Every member function may be called from any thread.
class publish_accounting {
public:
  publish_accounting(std::size_t max_count, std::size_t max_bytes) noexcept
    : max_count_(max_count), max_bytes_(max_bytes) {
    // nop
  }

  /// Has other bounds from now on; what was admitted stays.
  void resize(std::size_t max_count, std::size_t max_bytes) noexcept {
    max_count_ = max_count;
    max_bytes_ = max_bytes;
  }

  /// Admits one publish, or returns false if it would exceed a bound. With
  /// several threads at the bound, one that would just fit may be refused.
  bool admit(std::size_t bytes) noexcept {
    auto count = pending_.fetch_add(1) + 1;
    auto total = pending_bytes_.fetch_add(bytes) + bytes;
    if (count <= max_count_ && total <= max_bytes_) {
      published_.fetch_add(1);
      return true;
    }
    release(bytes);
    reject();
    return false;
  }

  /// Counts a publish that the bus cannot even consider.
  void reject() noexcept {
    rejected_.fetch_add(1);
  }

  /// Ends the account of one admitted publish.
  void settle(std::size_t bytes, bool ok) noexcept {
    release(bytes);
    (ok ? carried_ : failed_).fetch_add(1);
  }

  std::uint64_t published() const noexcept {
    return published_.load();
  }

  /// Returns how many were handed over with success.
  std::uint64_t carried() const noexcept {
    return carried_.load();
  }

  std::uint64_t rejected() const noexcept {
    return rejected_.load();
  }

  std::uint64_t failed() const noexcept {
    return failed_.load();
  }

  std::size_t pending() const noexcept {
    return pending_.load();
  }

  std::size_t pending_bytes() const noexcept {
    return pending_bytes_.load();
  }

private:
  void release(std::size_t bytes) noexcept {
    pending_.fetch_sub(1);
    pending_bytes_.fetch_sub(bytes);
  }

  std::atomic<std::size_t> max_count_;
  std::atomic<std::size_t> max_bytes_;
  std::atomic<std::size_t> pending_ = 0;
  std::atomic<std::size_t> pending_bytes_ = 0;
  std::atomic<std::uint64_t> published_ = 0;
  std::atomic<std::uint64_t> carried_ = 0;
  std::atomic<std::uint64_t> rejected_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
};

} // namespace atrium
