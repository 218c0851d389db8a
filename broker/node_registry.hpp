#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What a node says of itself.
struct node_info {
  std::string node; ///< What it is called.
  std::string run;  ///< Its run; no other node or run has it.
  std::string version;
  std::uint64_t uptime_s = 0;
  std::uint64_t connections = 0;
  std::uint64_t rooms = 0;
  std::uint64_t users = 0;
  double load = 0;       ///< Cores that it keeps busy.
  std::string internal;  ///< Where it serves operators; empty: nowhere.
  std::string homes;     ///< Which rooms with one home it knows; empty: none.
  bool draining = false; ///< It ends soon, and takes over nothing any more.
};

/// Returns the report as the text of one JSON object.
std::string to_json(const node_info& x);

/// Reads what `to_json` has made. What is missing or has another type is left
/// as it is in a report that says nothing; nothing if it is no JSON object.
std::optional<node_info> parse_node_info(std::string_view text);

/// A node as it stands in the registry.
struct node_row {
  node_info report;
  bool self = false;   ///< It is the one that was asked.
  bool silent = false; ///< Its lease is over and it has not said goodbye.
  double seen_s = 0;   ///< Seconds since it was last heard of.
};

/// All nodes of an installation, by name and run.
struct node_listing {
  std::vector<node_row> nodes;
  std::string error; ///< Why they may be others by now; empty: they are not.
};

/// Returns the listing as the text of one JSON object.
std::string to_json(const node_listing& x);

/// Removes silent runs whose name is back: that node has been started anew.
void drop_returned(node_listing& x);

/// Returns the listing of a node that knows of no other.
node_listing list_alone(const node_info& self, std::string error);

/// Counters of a registry since its start: the metrics
/// `atrium_node_registry_*`.
struct node_registry_stats {
  bool connected = false;       ///< Can announce this node to others.
  std::uint64_t heartbeats = 0; ///< Heartbeats that were taken.
  std::uint64_t refused = 0;    ///< Announcements that were refused.
  std::uint64_t unanswered = 0; ///< Listings from what was known before.

  /// When the registry was read last; before the first time, when it was made.
  std::chrono::steady_clock::time_point read_at;
};

/// Knows which nodes there are. Every member function but `stop` may be called
/// from any thread and returns without blocking.
class node_registry {
public:
  /// Called exactly once per `list`, from any thread, possibly before `list`
  /// returns. Must not block.
  using answer = std::function<void(node_listing)>;

  virtual ~node_registry() = default;

  /// Announces this node from now on.
  virtual void start() = 0;

  /// Lists all nodes. Without an answer within `patience` the listing is the
  /// last one that is known, with an error.
  virtual void list(std::chrono::milliseconds patience, answer done) = 0;

  /// Says goodbye, waits for Redis to take it, for `patience` at most, and ends
  /// all threads of the registry. Called once, not from a callback of the
  /// registry.
  virtual void stop(std::chrono::milliseconds patience) = 0;

  /// Returns the counters; a snapshot, not a transaction.
  virtual node_registry_stats stats() const = 0;
};

} // namespace atrium
