#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace atrium {

/// Returns the beginning of a file, `most` bytes at most: one more than may be
/// shows that a file is too large. Nothing if it cannot be read, or is no
/// regular file: a folder has no text, and a pipe or a device may have the
/// caller wait for ever. Blocks as long as the disk does.
std::optional<std::string> read_file(const std::string& path, std::size_t most);

} // namespace atrium
