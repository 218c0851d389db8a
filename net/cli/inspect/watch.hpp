#pragma once

#include "atrium/net/cli/inspect/node_link.hpp"

#include <string>

namespace atrium::tool {

/// Shows the node again and again until SIGINT, SIGTERM or SIGHUP: on a
/// terminal as a screen, else what happens as lines, a line for each event
/// (with `--json` its JSON). Returns why it had to end before, or nothing.
std::string watch(node_link& link, const inspect_options& from);

} // namespace atrium::tool
