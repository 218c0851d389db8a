#pragma once

namespace atrium {

/// Runs `atrium inspect`; `argv[0]` is the name of the command. Returns the
/// exit code: 0, 1 if the node cannot be reached or refuses, 2 for bad options.
int run_inspect(int argc, const char* const* argv);

} // namespace atrium
