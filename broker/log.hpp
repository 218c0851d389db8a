#pragma once

#include <cstdint>
#include <fmt/core.h>
#include <string_view>

/// The node's log: one line per event on stderr, in the third person present.
/// Never carries payloads, tokens or passwords. Any thread.
namespace atrium::log {

/// How much an operator wants to know. `error`: something is lost; `warn`:
/// something is degraded; `info`: the node's life; `debug`: a connection's life
/// and bad input of clients; `trace`: every step.
enum class level : std::uint8_t { trace, debug, info, warn, error, off };

/// Drops everything below `threshold` from now on.
void set_threshold(level threshold);

/// Returns whether lines of this level are written.
bool enabled(level value);

/// Writes a line as it is.
void write(level value, std::string_view line);

/// Formats and writes a line (fmt's syntax) if its level is enabled.
template <class... Ts>
void line(level value, fmt::format_string<Ts...> format, Ts&&... xs) {
  if (enabled(value))
    write(value, fmt::format(format, std::forward<Ts>(xs)...));
}

template <class... Ts>
void debug(fmt::format_string<Ts...> format, Ts&&... xs) {
  line(level::debug, format, std::forward<Ts>(xs)...);
}

template <class... Ts>
void info(fmt::format_string<Ts...> format, Ts&&... xs) {
  line(level::info, format, std::forward<Ts>(xs)...);
}

template <class... Ts>
void warn(fmt::format_string<Ts...> format, Ts&&... xs) {
  line(level::warn, format, std::forward<Ts>(xs)...);
}

template <class... Ts>
void error(fmt::format_string<Ts...> format, Ts&&... xs) {
  line(level::error, format, std::forward<Ts>(xs)...);
}

} // namespace atrium::log
