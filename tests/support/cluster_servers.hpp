#pragma once

#include "support/redis_server.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::test {

/// How a Redis Cluster is started.
struct cluster_setup {
  std::size_t masters = 3;
  std::size_t replicas = 0; ///< Of each master.

  /// How long a server is silent before it counts as down. Long, so that a busy
  /// machine fails over nothing by itself; 1 s where that is to happen.
  std::chrono::milliseconds node_timeout{30'000};

  std::optional<redis_tls> tls; ///< Of all of them, also among each other.
};

/// A Redis Cluster, which has all slots when it is constructed. Its servers are
/// numbered: first the masters, of which each has an equal part of the slots, then
/// the replicas in the order of their masters. For one thread.
class cluster_servers {
public:
  static constexpr unsigned slots = 16'384;

  /// Throws std::runtime_error if it does not come up. Takes two seconds, for
  /// which Redis always waits.
  explicit cluster_servers(cluster_setup setup = {});

  cluster_servers(const cluster_servers&) = delete;
  cluster_servers& operator=(const cluster_servers&) = delete;

  /// Returns where some of its servers are, which is enough to find all.
  redis_place place(std::string_view who = {}) const;

  std::size_t size() const noexcept {
    return servers_.size();
  }

  /// To freeze, to thaw, to kill and to start it is for the test.
  redis_server& at(std::size_t i) const {
    return *servers_.at(i);
  }

  /// Returns the slot of a key or a channel, as Redis computes it.
  unsigned slot_of(std::string_view key) const;

  /// Returns who owns a slot, as those say of themselves who run; npos: nobody.
  std::size_t owner_of(unsigned slot) const;

  /// Returns who owns the slot of a key.
  std::size_t owner_of(std::string_view key) const {
    return owner_of(slot_of(key));
  }

  /// Moves a slot with its keys, as `redis-cli --cluster reshard` does, and
  /// returns when all servers know its new owner.
  void move_slot(unsigned slot, std::size_t to);

  /// Begins to move a slot: keys that are not there yet are answered with ASK, of
  /// several that are not in one place with TRYAGAIN.
  void begin_move(unsigned slot, std::size_t to);

  /// Has the keys of a slot moved, at most so many of them.
  void move_keys(unsigned slot, std::size_t to, std::size_t most = slots);

  /// All keys are there: the slot is the other's.
  void end_move(unsigned slot, std::size_t to);

  /// Has a replica take over from its master as planned, and returns when all know.
  void fail_over(std::size_t replica);

  static constexpr auto npos = static_cast<std::size_t>(-1);

private:
  void start(const std::vector<std::uint16_t>& ports);
  void assign(const std::vector<std::uint16_t>& ports);
  bool know_each_other(const std::vector<std::uint16_t>& ports);
  bool agree(const std::function<bool(const std::string& nodes)>& on) const;
  bool is_whole() const;

  const cluster_setup setup_;
  std::vector<std::unique_ptr<redis_server>> servers_;
  std::vector<std::string> ids_;
};

} // namespace atrium::test
