#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace atrium {

/// What happens when a user has as many connections as they may and another one
/// comes.
enum class surplus_policy : std::uint8_t {
  reject,      ///< The youngest is refused, or has to go.
  kick_oldest, ///< The one that came first has to go.
};

/// A connection that wants a lease.
struct newcomer {
  std::uint64_t connection = 0;

  /// Whether the policy is to decide at once. If not, and all leases are taken,
  /// nobody has to go yet: the newcomer hears who has them, and may come again
  /// when it knows which of them are of no use any more.
  bool insists = true;

  /// Connections whose clients do not answer: these go first.
  std::vector<std::string> silent = {};
};

/// What becomes of a newcomer.
struct lease_decision {
  bool admitted = false;

  /// Who has the leases, for one that does not insist.
  std::vector<std::string> rivals = {};
};

/// What a limiter enforces, and for whom.
struct limiter_config {
  /// First part of the ids of this node's connections, which are
  /// `<node>-<number>`; no other node or run has it.
  std::string node;

  /// Connections of one user on all nodes; at least 1.
  std::size_t most = 5;

  surplus_policy policy = surplus_policy::reject;

  /// Told of each connection, of this node or another, that has to go because
  /// its user has too many. From any thread; must not block or call back.
  std::function<void(const std::string& connection)> evict;

  std::string id_of(std::uint64_t connection) const {
    return node + '-' + std::to_string(connection);
  }

  /// Whether the policy decides about this one at once. Where the only one has
  /// to go in any case there is nothing to find out before.
  bool decides_at_once(const newcomer& x) const {
    return x.insists || (policy == surplus_policy::kick_oldest && most == 1);
  }
};

/// Counters of a limiter since its start: the metrics `atrium_user_limits_*`.
struct limiter_stats {
  bool connected = false;      ///< Knows the connections of the other nodes.
  std::uint64_t refused = 0;   ///< Newcomers without a lease.
  std::uint64_t evicted = 0;   ///< Connections that were told to go.
  std::uint64_t alone = 0;     ///< Decided by what this node knows.
  std::uint64_t discarded = 0; ///< Departures that were not passed on.
  std::size_t users = 0;       ///< Users with connections on this node.
};

/// Keeps count of every user's connections, so that nobody has more than they
/// may. Every member function may be called from any thread and returns without
/// blocking.
class connection_limiter {
public:
  /// Called exactly once per `enter`, from any thread, possibly before `enter`
  /// returns.
  using answer = std::function<void(const lease_decision&)>;

  virtual ~connection_limiter() = default;

  /// Takes a lease for a connection of this node. A connection that has one
  /// keeps it.
  virtual void enter(const std::string& user, newcomer who, answer done) = 0;

  /// Gives the lease of a connection of this node back, if it has one.
  virtual void leave(const std::string& user, std::uint64_t connection) = 0;

  /// Decides by these rules about who comes from now on; nobody who is in has
  /// to go. `most` is at least 1.
  virtual void change_rules(std::size_t most, surplus_policy policy) = 0;

  /// Passes on who has left, for `patience` at most, and ends: from now on
  /// everybody is let in. Called once, not from a callback of the limiter.
  virtual void stop(std::chrono::milliseconds patience) = 0;

  /// Returns the counters; a snapshot, not a transaction.
  virtual limiter_stats stats() const = 0;
};

} // namespace atrium
