#pragma once

namespace atrium {

/// `atrium check-config`: takes the options of a node, reads its keys, prints
/// the configuration that results as TOML, with passwords masked. With
/// `--connect` it also tries each Redis. Returns 0 if all is sound and 2 if
/// not.
int run_check_config(int argc, const char* const* argv);

} // namespace atrium
