#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/resp_reply.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// How leases of nodes last.
struct lease_timing {
  /// Who has not renewed its lease for so long is dead.
  std::chrono::milliseconds lease{15'000};

  /// What is left of the lease when a node stops: its users may come back on
  /// another node meanwhile.
  std::chrono::milliseconds grace{5'000};

  /// For so long it is told which runs are dead.
  std::chrono::milliseconds told{60'000};
};

/// What one call of the script that gives out leases (lease.lua) is about. A
/// lease has an id, `<run>.<n>`, and is the node's as long as its end lies
/// ahead by the clock of Redis. Its keys are those of the list of nodes and
/// end with `:leases`, `:claims`, `:dead` and `:seen`.
struct lease_call {
  std::string_view sha;
  const channel_names& names;
  std::string_view held;  ///< Id that the node has; empty: none.
  std::string_view fresh; ///< Id that it takes if that one is gone.
  std::chrono::milliseconds lease{0};
  std::chrono::milliseconds told{0};
  bool stops = false; ///< This is the last call.

  /// Leases of dead nodes under which nothing is left.
  std::span<const std::string> emptied = {};
};

/// What the script answers.
struct lease_answer {
  std::string id; ///< The lease of this node from now on.

  /// When the next lease ends that nobody renews: then it may be given out.
  std::chrono::milliseconds next_end{0};

  /// Leases of dead nodes that nobody else has, for one lease time: what
  /// stands under them is for this node to remove.
  std::vector<std::string> claimed;

  std::vector<std::string> dead_runs;
};

/// Appends a call of the script.
void append_lease_call(std::string& out, const lease_call& x);

/// Reads an answer that is no error; nothing if it is not one of the script.
std::optional<lease_answer> read_lease_answer(resp_reply reply);

} // namespace atrium
