#pragma once

namespace atrium::bench {

/// Sets a flag on SIGINT, the first time; a second one ends the program.
void catch_interrupt();

/// Returns that flag.
bool is_interrupted();

} // namespace atrium::bench
