#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace atrium::tool {

// Text for a terminal. Names are chosen by strangers: what could move the
// cursor, change colours or turn the direction of writing never reaches it.

/// Returns `text` with everything that is not seen, or is no UTF-8, spelled
/// out: `\x1b`, `\u{202e}`; a backslash is doubled, so that it is unambiguous.
std::string printable(std::string_view text);

/// Returns how many columns printable text takes on a terminal.
std::size_t display_width(std::string_view text);

/// Returns printable text cut to `width` columns; the last one of what was cut
/// is an ellipsis.
std::string cut(std::string_view text, std::size_t width);

/// Returns printable text with spaces behind it, or in front of it, that make
/// it `width` columns wide; cut if it is wider.
std::string pad(std::string_view text, std::size_t width, bool right = false);

} // namespace atrium::tool
