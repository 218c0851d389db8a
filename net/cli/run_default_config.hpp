#pragma once

namespace atrium {

/// `atrium default-config`: prints a file for `--config` with all options,
/// explained and commented out. Returns the exit code.
int run_default_config(int argc, const char* const* argv);

} // namespace atrium
