#pragma once

#include "atrium/net/cli/inspect/watch_screen.hpp"

namespace atrium::tool {

/// Whether stdout is a terminal.
bool is_terminal();

/// The size of that terminal; 80 by 24 if it does not say.
terminal_size size_of_terminal();

/// A page of the terminal to paint on. What was there before comes back with
/// the end of this object.
class full_screen {
public:
  full_screen();
  full_screen(const full_screen&) = delete;
  full_screen& operator=(const full_screen&) = delete;
  ~full_screen();
};

/// Writes to stdout at once. Returns false if nobody reads it any more.
bool write_out(const std::string& text);

} // namespace atrium::tool
