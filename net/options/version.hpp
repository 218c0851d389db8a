#pragma once

#include <string_view>

namespace atrium {

/// Returns the version of the node, e.g. `0.1.0`.
std::string_view version() noexcept;

} // namespace atrium
