#pragma once

namespace atrium {

/// Runs the load generator from the command line; `argv[0]` is `bench`. Prints
/// its report to stdout. Returns the exit code: 0 if nothing was lost or
/// duplicated, 1 if something was or the server cannot be reached, 2 for bad
/// options.
int run_bench(int argc, const char* const* argv);

} // namespace atrium
