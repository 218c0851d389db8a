#pragma once

#include "atrium/net/options/option_entry.hpp"
#include "atrium/net/options/option_values.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// The member of `options` at this path.
#define FIELD(path)                                                            \
  +[](options & x) -> auto& {                                                  \
    return x.path;                                                             \
  }

/// Makes rows of the option table, each for a member of `options` of one type:
/// how it is read, checked and shown. For those that list options only.
namespace atrium::option_rows {

using strings = std::vector<std::string>;
using rows = std::vector<option_entry>;

inline option_entry row(option_kind kind, std::string name, std::string takes,
                        std::string help) {
  option_entry res;
  res.kind = kind;
  res.name = std::move(name);
  res.takes = std::move(takes);
  res.help = std::move(help);
  return res;
}

/// Where an option is kept: a function, since a path leads through parts.
template <class T>
using field = T& (*)(options&);

template <class T>
const T& kept(const options& from, field<T> at) {
  return at(const_cast<options&>(from)); // which only looks
}

inline void assign(std::size_t& out, std::uint64_t value, std::string_view) {
  out = value;
}

inline std::uint64_t count(std::size_t value, std::string_view) {
  return value;
}

// A duration may be kept in a finer unit than that of its option.

template <class Rep, class Period>
void assign(std::chrono::duration<Rep, Period>& out, std::uint64_t value,
            std::string_view unit) {
  using namespace std::chrono;
  auto n = static_cast<std::int64_t>(value);
  auto exact = unit == "s"    ? microseconds{seconds{n}}
               : unit == "ms" ? microseconds{milliseconds{n}}
                              : microseconds{n};
  out = duration_cast<duration<Rep, Period>>(exact);
}

template <class Rep, class Period>
std::int64_t count(std::chrono::duration<Rep, Period> value,
                   std::string_view unit) {
  using namespace std::chrono;
  return unit == "s"    ? duration_cast<seconds>(value).count()
         : unit == "ms" ? duration_cast<milliseconds>(value).count()
                        : duration_cast<microseconds>(value).count();
}

template <class T>
option_entry number(std::string name, field<T> at, number_range range,
                    std::string help) {
  auto res = row(option_kind::number, std::move(name), "N", std::move(help));
  res.range = range.text();
  res.store = [=](options& out, const strings& values) {
    std::uint64_t value = 0;
    auto error = read_number(values.front(), range, value);
    if (error.empty())
      assign(at(out), value, range.unit);
    return error;
  };
  res.show = [=](const options& in) -> strings {
    return {std::to_string(count(kept(in, at), range.unit))};
  };
  return res;
}

/// Returns what is wrong with a value, or nothing.
using text_check = std::string(const std::string&);

inline option_entry text(std::string name, field<std::string> at,
                         std::string takes, text_check* check,
                         std::string help) {
  auto res = row(option_kind::text, std::move(name), std::move(takes),
                 std::move(help));
  res.store = [=](options& out, const strings& values) {
    auto error = check ? check(values.front()) : std::string{};
    if (error.empty())
      at(out) = values.front();
    return error;
  };
  res.show = [=](const options& in) -> strings { return {kept(in, at)}; };
  return res;
}

/// Makes a row for a member with its own pair of conversions.
template <class T>
option_entry value(std::string name, field<T> at, std::string takes,
                   std::string (*read)(const std::string&, T&),
                   std::string (*show)(const T&), std::string help) {
  auto res = row(option_kind::text, std::move(name), std::move(takes),
                 std::move(help));
  res.store = [=](options& out, const strings& values) {
    return read(values.front(), at(out));
  };
  res.show = [=](const options& in) -> strings { return {show(kept(in, at))}; };
  return res;
}

inline option_entry list(std::string name, field<strings> at, std::string takes,
                         text_check* check, std::string help) {
  auto res = row(option_kind::list, std::move(name), std::move(takes),
                 std::move(help));
  res.store = [=](options& out, const strings& values) {
    for (const auto& value : items_of_list(values))
      if (auto error = check(value); !error.empty())
        return error;
    at(out) = items_of_list(values);
    return std::string{};
  };
  res.show = [=](const options& in) { return kept(in, at); };
  return res;
}

inline option_entry toggle(std::string name, field<bool> at, std::string help) {
  auto res = row(option_kind::toggle, std::move(name), "", std::move(help));
  res.store = [=](options& out, const strings& values) {
    return read_toggle(values.front(), at(out));
  };
  res.show = [=](const options& in) -> strings {
    return {kept(in, at) ? "true" : "false"};
  };
  return res;
}

} // namespace atrium::option_rows
