#pragma once

#include <string_view>

namespace atrium {

/// Returns the page of examples/chat as one HTML document; part of the binary,
/// valid for the whole run.
std::string_view chat_page() noexcept;

} // namespace atrium
