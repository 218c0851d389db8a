#pragma once

#include "atrium/net/cli/bench/report.hpp"

#include <optional>
#include <string>

namespace atrium::bench {

/// What a cluster is to carry. Connections and members are spread by chance.
struct plan_options {
  double connections = 1'000'000; ///< Each of a user of its own.
  double nodes = 20;
  double publishes = 16'700; ///< A second, in all.
  double members = 100;      ///< Of a room.
  double rooms_each = 3;     ///< In which a connection is.
  double kept = 0;           ///< Percent of publishes (`--history`).
  double changes = 0;        ///< A second, of who is in a room.
  double user_lease = 60;    ///< Seconds; 0: nobody counts connections.
  double share = 50;         ///< Percent of a core that may be taken.
  double node_cores = 4;
  double gbit = 10; ///< A second, of the network of a Redis.
  bool json = false;
};

/// Options, or a text to print and an exit code.
struct parsed_plan {
  plan_options value;
  std::optional<int> exit_code;
  std::string text;
};

/// Reads the words after `bench`, the first of which is `--plan`.
parsed_plan parse_plan(int argc, const char* const* argv);

/// Calculates how many masters of Redis the load needs and what ends first,
/// from costs that were measured (`net/REDIS.md`, `tests/bench/SCALE.md`). Asks
/// nobody: it is as good as these costs are on the machine at hand.
void plan(const plan_options& load, report& out);

} // namespace atrium::bench
