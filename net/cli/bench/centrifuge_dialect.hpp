#pragma once

#include "atrium/net/cli/bench/dialect.hpp"

#include <memory>

namespace atrium::bench {

/// The JSON protocol of Centrifugo.
std::unique_ptr<dialect> make_centrifuge_dialect();

} // namespace atrium::bench
