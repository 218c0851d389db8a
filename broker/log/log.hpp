#pragma once

#include "atrium/broker/log/log_line.hpp"

#include <chrono>
#include <fmt/core.h>
#include <functional>
#include <string_view>
#include <utility>

/// The node's log: one line per event on stderr. Never carries payloads, tokens
/// or passwords. Never blocks: what stderr does not take waits, up to a bound
/// (line_writer.hpp). An event at info or above that comes too often is left
/// out, and counted in the field `suppressed` of the next line of its name
/// (event_quota.hpp). Any thread.
///
///   log::info("node_stopped", "node has stopped");
///   log::error("room_lost", {{"room", name}}, "directory loses a room");
///
/// The event's name says what has happened, the same word for the same thing
/// every time; the message says it to people, in the third person present.
/// What somebody else has chosen (names, the words of another program) stands
/// in a field, where it is quoted; what would break a line is escaped anyway.
namespace atrium::log {

/// How lines look. `text`: for people; `json`: an object a line, for programs.
enum class format : std::uint8_t { text, json };

/// Writes lines in this way from now on.
void set_format(format x);

/// Drops everything below `threshold` from now on.
void set_threshold(level threshold);

/// Returns the level below which everything is dropped.
level threshold();

/// Does what `set_threshold` does, for an operator: a line says so, at a level
/// that is seen before or after. `by` names what has asked for it.
void change_threshold(level to, std::string_view by);

/// Returns whether lines of this level are written.
bool enabled(level value);

/// Writes a line if its level is enabled, and its event does not come too
/// often.
void write(const record& x);

/// Says what has been left out and dropped, if that is over. To be called once
/// a second.
void tell_losses();

/// Lines that were not written although their level is enabled.
struct log_losses {
  std::uint64_t suppressed = 0; ///< Their event came too often.
  std::uint64_t dropped = 0;    ///< Nobody took them from stderr.
};

/// Returns the losses since the process began.
log_losses losses();

/// Waits until stderr has taken what waits; false if that takes longer.
bool flush(std::chrono::milliseconds patience);

/// Passes whole lines to `to` instead of stderr; null: to stderr again. For
/// tests, while no other thread writes.
void redirect(std::function<void(std::string_view)> to);

/// The name of an event: words of `a-z` and `0-9` with `_` between them.
class event {
public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is one
  consteval event(const char* name) : name_(name) {
    if (!is_event(name_))
      throw "not the name of an event";
  }

  constexpr std::string_view name() const {
    return name_;
  }

private:
  std::string_view name_;
};

/// What a line has beside its message.
using fields = std::initializer_list<field>;

/// Formats and writes a line (fmt's syntax) if its level is enabled.
template <class... Ts>
void line(level severity, event what, fields with,
          fmt::format_string<Ts...> format, Ts&&... xs) {
  if (enabled(severity))
    write({severity,
           what.name(),
           fmt::format(format, std::forward<Ts>(xs)...),
           {with.begin(), with.size()}});
}

template <class... Ts>
void debug(event what, fields with, fmt::format_string<Ts...> format,
           Ts&&... xs) {
  line(level::debug, what, with, format, std::forward<Ts>(xs)...);
}

template <class... Ts>
void debug(event what, fmt::format_string<Ts...> format, Ts&&... xs) {
  line(level::debug, what, {}, format, std::forward<Ts>(xs)...);
}

template <class... Ts>
void info(event what, fields with, fmt::format_string<Ts...> format,
          Ts&&... xs) {
  line(level::info, what, with, format, std::forward<Ts>(xs)...);
}

template <class... Ts>
void info(event what, fmt::format_string<Ts...> format, Ts&&... xs) {
  line(level::info, what, {}, format, std::forward<Ts>(xs)...);
}

template <class... Ts>
void warn(event what, fields with, fmt::format_string<Ts...> format,
          Ts&&... xs) {
  line(level::warn, what, with, format, std::forward<Ts>(xs)...);
}

template <class... Ts>
void warn(event what, fmt::format_string<Ts...> format, Ts&&... xs) {
  line(level::warn, what, {}, format, std::forward<Ts>(xs)...);
}

template <class... Ts>
void error(event what, fields with, fmt::format_string<Ts...> format,
           Ts&&... xs) {
  line(level::error, what, with, format, std::forward<Ts>(xs)...);
}

template <class... Ts>
void error(event what, fmt::format_string<Ts...> format, Ts&&... xs) {
  line(level::error, what, {}, format, std::forward<Ts>(xs)...);
}

} // namespace atrium::log
