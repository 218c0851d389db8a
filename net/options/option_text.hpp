#pragma once

#include "atrium/net/options/option_entry.hpp"

#include <string>

namespace atrium {

/// Breaks `text` into lines that fit a terminal of 80 columns.
std::string wrapped(const std::string& text);

/// Explains an option in lines that fit a terminal: what it is for, and then
/// which values it takes, its default, its variable and whether it is live. The
/// last line has no line break.
std::string describe(const option_entry& entry);

} // namespace atrium
