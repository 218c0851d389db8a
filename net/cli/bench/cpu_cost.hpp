#pragma once

#include "atrium/net/cli/bench/process_usage.hpp"
#include "atrium/net/cli/bench/report.hpp"

#include <chrono>
#include <string>

namespace atrium::bench {

/// Returns the difference between two readings.
usage since(const usage& before, const usage& after);

double seconds_of(std::chrono::nanoseconds x);

/// Adds CPU of server and generator over some work, per unit of work. Null: no
/// process of the server is known.
void add_cpu(report& out, const usage* server, const usage& own, double seconds,
             double units, const std::string& unit);

} // namespace atrium::bench
