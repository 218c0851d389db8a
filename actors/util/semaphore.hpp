#pragma once

#include "atrium/broker/util/time.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace atrium {

/// The bound of a queue whose two ends are on different threads: who puts
/// something in takes permits first, who has handled it gives them back. CAF's
/// mailboxes have no bound of their own. A permit is whatever the owner counts
/// in, bytes for messages.
///
/// What does not get in may be remembered (`miss`): whoever has missed it is
/// told when half of the permits are free again, also when nothing comes after
/// it.
class semaphore {
public:
  /// Tells of the times between which something was missed. Called by any
  /// thread that uses the semaphore, one at a time; must not use it.
  using teller = std::function<void(unix_time from, unix_time to)>;

  explicit semaphore(std::size_t permits) : permits_(permits) {
    // nop
  }

  /// Takes `n` permits for `entries` things; false, and none taken, when they
  /// are not free. A single put larger than the whole semaphore is let into an
  /// empty queue.
  bool try_acquire(std::size_t n, std::size_t entries = 1) {
    auto most = permits_.load(std::memory_order_relaxed);
    auto before = taken_.load(std::memory_order_relaxed);
    do {
      auto taken = permits_of(before);
      if (taken != 0 && taken + n > most)
        return false;
    } while (!taken_.compare_exchange_weak(before, before + word(n, entries)));
    return true;
  }

  /// Gives `n` permits back that were taken for `entries` things.
  void release(std::size_t n, std::size_t entries = 1) {
    taken_.fetch_sub(word(n, entries));
    if (is_missed_.load())
      tell_if_drained();
  }

  /// Has so many permits from now on; those that are taken stay so, also where
  /// they are more. Any thread.
  void resize(std::size_t permits) {
    permits_ = permits;
  }

  /// Returns how many permits there are.
  std::size_t size() const {
    return permits_.load(std::memory_order_relaxed);
  }

  /// Returns how many permits nobody has taken.
  std::size_t available() const {
    auto n = taken();
    auto most = size();
    return n < most ? most - n : 0;
  }

  /// Permits that are taken.
  std::size_t taken() const {
    return permits_of(taken_.load(std::memory_order_relaxed));
  }

  /// How many things have taken them.
  std::size_t entries() const {
    return taken_.load(std::memory_order_relaxed) >> permit_bits;
  }

  /// Remembers that `who` has missed something of these times; `tell` says so
  /// to them, once, however often this is called before that.
  void miss(std::uint64_t who, unix_time from, unix_time to, teller tell);

  /// Tells `who` of what they have missed, if they have not been told: called
  /// before the next thing that gets in, so that the order is right.
  void settle(std::uint64_t who) {
    if (is_missed_.load())
      tell_one(who);
  }

private:
  struct hole {
    unix_time from;
    unix_time to;
    teller tell;
  };

  using holes = std::unordered_map<std::uint64_t, hole>;

  // Both counts share a word, so that taking and leaving is one operation: up
  // to a terabyte, and 16 million things.
  static constexpr unsigned permit_bits = 40;

  static constexpr std::uint64_t word(std::size_t n, std::size_t entries) {
    return std::uint64_t{entries} << permit_bits | n;
  }

  static constexpr std::size_t permits_of(std::uint64_t x) {
    return x & ((std::uint64_t{1} << permit_bits) - 1);
  }

  bool is_drained() const {
    return permits_of(taken_.load()) <= size() / 2;
  }

  void tell_if_drained();
  void tell_one(std::uint64_t who);

  std::atomic<std::size_t> permits_;
  std::atomic<std::uint64_t> taken_ = 0;
  // Set before `miss` looks at the permits, read after `release` has given some
  // back: one of the two sees the other, so that no hole is forgotten.
  std::atomic<bool> is_missed_ = false;
  std::mutex mutex_;
  std::unique_ptr<holes> missed_; // null as long as nothing was refused
};

/// How much waits in all queues of one kind, for operators. No bound; not for
/// what only passes through lanes, which would share it.
using backlog = std::atomic<std::size_t>;

} // namespace atrium
