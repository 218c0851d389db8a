#pragma once

namespace atrium {

/// `atrium token`: prints a signed token, for tests and for a first try.
/// Returns the exit code.
int run_token(int argc, const char* const* argv);

} // namespace atrium
