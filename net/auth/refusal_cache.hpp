#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

namespace atrium {

/// What a backend has refused a moment ago, so that a client that shows the
/// same bad token again and again costs it one request. Keeps digests, not
/// tokens, and never what the backend has accepted. Bounded: the oldest one
/// goes first. Any thread.
class refusal_cache {
public:
  using clock = std::chrono::steady_clock;
  using key = std::array<unsigned char, 32>;

  /// How long a refusal counts. A user who is let in a moment after a refusal
  /// waits for no longer.
  static constexpr std::chrono::seconds lifetime{2};

  static constexpr std::size_t most = 4096;

  /// Returns the digest (SHA-256) of all that the backend gets to see.
  static key key_of(std::string_view body);

  /// Returns whether this was refused within the lifetime.
  bool has(const key& x, clock::time_point now);

  void add(const key& x, clock::time_point now);

  std::size_t size() const;

private:
  void forget_old(clock::time_point now);

  mutable std::mutex mutex_;
  std::deque<std::pair<clock::time_point, key>> in_order_;
  std::set<key> keys_;
};

} // namespace atrium
