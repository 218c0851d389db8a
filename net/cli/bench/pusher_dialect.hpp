#pragma once

#include "atrium/net/cli/bench/dialect.hpp"

#include <memory>

namespace atrium::bench {

/// Pusher's protocol, version 7, as Sockudo, Soketi and Reverb have it. The
/// server needs an application whose key and secret are both `bench`, with
/// client events.
std::unique_ptr<dialect> make_pusher_dialect();

} // namespace atrium::bench
