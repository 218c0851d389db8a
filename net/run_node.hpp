#pragma once

#include "atrium/actors/room_types.hpp"
#include "atrium/net/options/own_options.hpp"

namespace atrium {

/// Runs a node from the command line until SIGTERM or SIGINT: reads options,
/// starts, waits, stops in order. A second signal ends it at once. Returns the
/// exit code: 0 after an orderly stop, 1 if it could not start or not stop in
/// time, 2 for bad options. The whole `main` of a node with rooms of its own:
///
///     int main(int argc, char** argv) {
///       return atrium::run_node(
///         argc, argv, atrium::room_types{}.add<dice_room>("dice:*"));
///     }
///
/// The options are those of every node and `own`.
int run_node(int argc, const char* const* argv, room_types rooms = {},
             const own_options& own = {});

} // namespace atrium
