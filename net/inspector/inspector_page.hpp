#pragma once

#include <string_view>

namespace atrium {

/// The page with which operators look into a node: one HTML document.
std::string_view inspector_page() noexcept;

} // namespace atrium
