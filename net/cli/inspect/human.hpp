#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace atrium::tool {

/// JSON in the order in which it came.
using json = nlohmann::ordered_json;

/// Parses what a node says. Returns a discarded value for what is no JSON or is
/// nested more deeply than any view: whoever shows it goes down by recursion.
json parse_view(std::string_view text);

// Numbers as people read them.

/// Returns e.g. `17 B`, `1.5 KiB`, `64.0 MiB`.
std::string size_text(double bytes);

/// Returns e.g. `350 ms`, `12 s`, `5 min 3 s`, `2 h 10 min`, `3 d 4 h`.
std::string duration_text(double seconds);

/// Returns a number with as many decimals as matter: `12`, `7.5`, `0.04`.
std::string number_text(double x);

/// Returns e.g. `1 member`, `2 members`.
std::string count_text(const std::string& count, std::string plural);

/// Returns the time of day in UTC of milliseconds since 1970: `16:52:03`.
std::string clock_text(std::int64_t milliseconds);

/// Returns a value of a view as text for people, empty for null. The end of the
/// `key` says in which unit a number is: `_bytes`, `_s`, `_ms`, `_us`. Not yet
/// printable.
std::string value_text(std::string_view key, const json& value);

/// Returns the member `key` of an object as such text, empty without one.
std::string field_text(const json& object, const char* key);

} // namespace atrium::tool
