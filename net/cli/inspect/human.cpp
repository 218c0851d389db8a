#include "atrium/net/cli/inspect/human.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace atrium::tool {

namespace {

std::string decimal(double x, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, x);
  return text.data();
}

std::string two_units(std::int64_t count, std::int64_t part, const char* large,
                      const char* small) {
  auto result = std::to_string(count / part) + ' ' + large;
  if (count % part != 0)
    result += ' ' + std::to_string(count % part) + ' ' + small;
  return result;
}

} // namespace

json parse_view(std::string_view text) {
  constexpr int deepest = 64; // a view has ten levels, a room's state some more
  bool is_too_deep = false;
  auto check = [&](int depth, auto, const auto&) {
    is_too_deep = is_too_deep || depth > deepest;
    return !is_too_deep; // what is too deep is not even kept
  };
  auto result = json::parse(text, check, false);
  // In parentheses: braces would make a list of it.
  return is_too_deep ? json(json::value_t::discarded) : result;
}

std::string size_text(double bytes) {
  constexpr std::array units = {"KiB", "MiB", "GiB", "TiB"};
  constexpr double step = 1024;
  if (bytes < step)
    return decimal(bytes, 0) + " B";
  std::size_t unit = 0;
  // What would be shown as 1024.0 belongs to the next unit.
  for (bytes /= step; bytes >= step - 0.05 && unit + 1 < units.size(); ++unit)
    bytes /= step;
  return decimal(bytes, 1) + ' ' + units[unit];
}

std::string duration_text(double seconds) {
  constexpr double longest = 1e12; // beyond it somebody is joking
  constexpr std::int64_t minute = 60;
  constexpr auto hour = 60 * minute;
  constexpr auto day = 24 * hour;
  // Negated, so that NaN is caught as well.
  if (!(seconds >= 0) || seconds > longest)
    return decimal(seconds, 0) + " s";
  // Each unit ends where rounding would show 1000 ms or 10.0 s.
  if (seconds < 0.9995)
    return decimal(seconds * 1000, 0) + " ms";
  if (seconds < 9.95)
    return number_text(seconds) + " s";
  auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < minute)
    return std::to_string(whole) + " s";
  if (whole < hour)
    return two_units(whole, minute, "min", "s");
  if (whole < day)
    return two_units(whole / minute, hour / minute, "h", "min");
  return two_units(whole / hour, day / hour, "d", "h");
}

std::string number_text(double x) {
  auto text = decimal(x, std::abs(x) < 1 ? 2 : 1);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.'))
    text.pop_back();
  return text;
}

std::string count_text(const std::string& count, std::string plural) {
  if (count == "1")
    plural.pop_back(); // the s
  return count + ' ' + plural;
}

std::string clock_text(std::int64_t milliseconds) {
  auto seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  // Fails if the year does not fit into an int.
  if (::gmtime_r(&seconds, &parts) == nullptr)
    return "?";
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%H:%M:%S", &parts);
  return text.data();
}

std::string value_text(std::string_view key, const json& value) {
  constexpr double milli = 1e-3;
  constexpr double micro = 1e-6;
  if (value.is_null())
    return {};
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_boolean())
    return value.get<bool>() ? "yes" : "no";
  if (!value.is_number())
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  // A double is exact up to 2^53; larger integers without a unit are dumped as
  // they are.
  auto x = value.get<double>();
  if (key.ends_with("_bytes"))
    return size_text(x);
  if (key.ends_with("_us"))
    return duration_text(x * micro);
  if (key.ends_with("_ms"))
    return duration_text(x * milli);
  if (key.ends_with("_s") && !key.ends_with("_per_s"))
    return duration_text(x);
  return value.is_number_float() ? number_text(x) : value.dump();
}

std::string field_text(const json& object, const char* key) {
  auto i = object.find(key);
  return i == object.end() ? std::string{} : value_text(key, *i);
}

} // namespace atrium::tool
