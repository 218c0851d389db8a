#include "atrium/net/cli/inspect/terminal.hpp"

#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace atrium::tool {

bool is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

terminal_size size_of_terminal() {
  winsize x{};
  // A serial line reports the size 0.
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &x) != 0 || x.ws_col == 0
      || x.ws_row == 0)
    return {};
  return {x.ws_col, x.ws_row};
}

// The other page, and no cursor.
full_screen::full_screen() {
  write_out("\x1b[?1049h\x1b[?25l");
}

full_screen::~full_screen() {
  write_out("\x1b[?25h\x1b[?1049l");
}

bool write_out(const std::string& text) {
  // Flushed each time: a screen does not end with a line break, and errors have
  // to show here.
  return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
}

} // namespace atrium::tool
