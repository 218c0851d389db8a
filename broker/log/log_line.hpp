#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

// What stands in a line of the log, and how it is written; no line is written
// here (broker/log/log.hpp).

namespace atrium::log {

/// How much an operator wants to know. `error`: something is lost; `warn`:
/// something is degraded; `info`: the node's life; `debug`: a connection's life
/// and bad input of clients; `trace`: every step.
enum class level : std::uint8_t { trace, debug, info, warn, error, off };

/// Returns the word for `x`, as in the options.
std::string_view to_string(level x) noexcept;

/// Returns the level that is called `word`, or nothing.
std::optional<level> find_level(std::string_view word) noexcept;

/// Something that a line tells beside its message, such as the room. Refers to
/// a text of the caller. One that is empty is left out.
class field {
public:
  field(std::string_view key, std::string_view text) : key_(key), value_(text) {
    // nop
  }

  template <std::integral T>
  field(std::string_view key, T number)
    : key_(key), value_(static_cast<std::int64_t>(number)) {
    // nop
  }

  std::string_view key() const {
    return key_;
  }

  /// Returns the text, or nothing if the value is a number.
  const std::string_view* text() const {
    return std::get_if<std::string_view>(&value_);
  }

  /// Returns the number; only if there is no text.
  std::int64_t number() const {
    return std::get<std::int64_t>(value_);
  }

  bool empty() const {
    return text() != nullptr && text()->empty();
  }

private:
  std::string_view key_;
  std::variant<std::string_view, std::int64_t> value_;
};

/// One line, in parts. Refers to texts of the caller.
struct record {
  level severity = level::info;
  std::string_view event;
  std::string_view message;
  std::span<const field> fields = {};
};

/// Returns `x` for people, without time and level: `event: message key=value`.
/// Values that are not plain words stand in quotes. Whatever the texts are, the
/// result is UTF-8 without control characters: one line.
std::string to_text(const record& x);

/// Returns the members of `x` for a JSON object, without the braces and the
/// time. Whatever the texts are, they do no harm to it.
std::string to_json_members(const record& x);

/// Returns whether `x` may name an event: words of `a-z` and `0-9`, the first
/// one with a letter in front, and `_` between them.
constexpr bool is_event(std::string_view x) noexcept {
  if (x.empty() || x.front() < 'a' || x.front() > 'z' || x.back() == '_')
    return false;
  for (auto c : x)
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_')
      return false;
  return x.find("__") == std::string_view::npos;
}

} // namespace atrium::log
