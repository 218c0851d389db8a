#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace atrium {

/// Returns the beginning of a file, `most` bytes at most: one more than may be
/// shows that a file is too large, and endless ones such as /dev/zero end, too.
/// Nothing if it cannot be read, or is a folder. Blocks.
std::optional<std::string> read_file(const std::string& path, std::size_t most);

} // namespace atrium
