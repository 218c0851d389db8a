#pragma once

#include "atrium/broker/connection_limiter.hpp"
#include "atrium/broker/user_connections.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Tells which runs' nodes are dead, or nothing. Any thread, must not block.
using dead_runs_function
  = std::function<std::shared_ptr<const std::vector<std::string>>()>;

/// What one call of the script that gives out leases (limiter.lua) is about.
/// One key for each user, a hash of connection id to `<since>:<until>` in
/// milliseconds by the clock of Redis; a field whose time is up counts for
/// nothing. The script is told some connections of the user and answers with
/// pairs of an id and when it came: first those, then whoever else is
/// concerned. Who has no lease (any more) came never, which is an empty text.
struct limiter_call {
  std::string_view sha;
  std::string_view key;
  std::chrono::milliseconds lease{0};
  const limiter_config& config;
  bool asks = false; ///< Nobody has to go; a newcomer hears who is in its way.
  std::span<const std::string> silent; ///< Who has to go first.
  std::size_t leases = 0;

  /// Runs whose nodes are dead: their connections lose their leases. Should
  /// one of the nodes be alive, it takes them anew when it renews them.
  std::span<const std::string> dead_runs = {};
};

/// Returns the number of a connection of this node by its id; 0 for others.
std::uint64_t own_number(const limiter_config& of, std::string_view id);

/// Returns when a connection came, of what the script has answered; 0: never.
std::int64_t read_since(std::string_view text);

/// Opens a call at the end of `out`; as many connections as it has `leases`
/// have to follow.
void append_limiter_call(std::string& out, const limiter_call& x);

/// Appends one connection that has come just now: the youngest of all.
void append_newcomer(std::string& out, std::string_view id);

/// Appends one that was here before. It keeps the time at which it came, also
/// where Redis has lost it; what Redis has not heard of yet is as old as it is
/// at `now`.
void append_lease(std::string& out, std::string_view id,
                  const user_connections::lease& x,
                  user_connections::clock::time_point now);

} // namespace atrium
