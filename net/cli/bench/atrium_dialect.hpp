#pragma once

#include "atrium/net/cli/bench/dialect.hpp"

#include <memory>

namespace atrium::bench {

/// The protocol of this project.
std::unique_ptr<dialect> make_atrium_dialect();

} // namespace atrium::bench
