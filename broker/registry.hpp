#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace atrium {

/// What happens when a user has as many connections as allowed and another one
/// comes.
enum class surplus_policy : std::uint8_t {
  reject,      ///< The newcomer is refused.
  kick_oldest, ///< The one that came first has to go.
};

/// What a registry enforces, and for whom.
struct registry_config {
  /// First part of the ids of this node's connections, which are
  /// `<node>-<number>`; no other node or run has it.
  std::string node;

  /// Connections of one user on all nodes; at least 1.
  std::size_t most = 5;

  surplus_policy policy = surplus_policy::reject;

  /// Told of each connection, of this node or another, that has to go because
  /// its user has too many. From any thread; must not block or call back.
  std::function<void(const std::string& connection)> evict;
};

/// Counters of a registry since its start, for operators and tests.
struct registry_stats {
  bool connected = false;      ///< Knows the connections of the other nodes.
  std::uint64_t refused = 0;   ///< Newcomers without a place.
  std::uint64_t evicted = 0;   ///< Connections that were told to go.
  std::uint64_t alone = 0;     ///< Decided by what this node knows.
  std::uint64_t discarded = 0; ///< Departures that were not passed on.
  std::size_t users = 0;       ///< Users with connections on this node.
};

/// Keeps count of every user's connections, so that nobody has more than are
/// allowed. Every member function may be called from any thread and returns
/// without blocking.
class registry {
public:
  /// Called exactly once per `enter`, from any thread, possibly before `enter`
  /// returns: whether the connection may stay.
  using answer = std::function<void(bool admitted)>;

  virtual ~registry() = default;

  /// Takes a place for a connection of this node. A connection that has one
  /// keeps it.
  virtual void enter(const std::string& user, std::uint64_t connection,
                     answer done)
    = 0;

  /// Gives the place of a connection of this node back, if it has one.
  virtual void leave(const std::string& user, std::uint64_t connection) = 0;

  /// Ends all threads of the registry, after it has passed on, for a second at
  /// most, who has left. Called once, not from a callback of the registry.
  virtual void stop() = 0;

  /// Returns the counters; a snapshot, not a transaction.
  virtual registry_stats stats() const = 0;
};

} // namespace atrium
