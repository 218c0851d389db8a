#pragma once

#include "atrium/net/cli/bench/bench_options.hpp"
#include "atrium/net/cli/bench/dialect.hpp"

#include <memory>

namespace atrium::bench {

/// Returns what a server of this kind understands.
std::unique_ptr<dialect> make_dialect(protocol speaks);

} // namespace atrium::bench
