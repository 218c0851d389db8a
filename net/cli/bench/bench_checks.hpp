#pragma once

#include "atrium/net/cli/bench/bench_options.hpp"

#include <string>

namespace atrium::bench {

/// Whether clients publish to each other in this scenario.
bool publishes(scenario what);

/// Returns what is wrong with options, or nothing. What was not given has to be
/// filled in: given values have to match the usual ones as well.
std::string check_bench_options(const bench_options& x);

} // namespace atrium::bench
