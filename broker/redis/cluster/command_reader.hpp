#pragma once

#include <cstddef>
#include <string_view>

namespace atrium {

/// Where a command ends, and what decides who gets it.
struct command_extent {
  std::size_t size = 0; ///< In bytes; 0: there is no whole command.
  bool has_key = false; ///< Those without go where the next ones go.
  std::string_view key; ///< A part of the bytes.
};

/// Looks at the first of some commands that a caller has composed
/// (`append_command`). Its key is the first one of a script, else the first
/// argument.
command_extent read_command(std::string_view bytes) noexcept;

} // namespace atrium
