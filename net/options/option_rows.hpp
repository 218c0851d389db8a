#pragma once

#include "atrium/net/options/option_table.hpp"
#include "atrium/net/options/option_values.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// Makes rows of the option table, each for a member of `options` of one type:
/// how it is read, checked and shown. For option_table.cpp only.
namespace atrium::option_rows {

using strings = std::vector<std::string>;

inline option_entry row(option_kind kind, std::string name, std::string takes,
                        std::string help) {
  option_entry res;
  res.kind = kind;
  res.name = std::move(name);
  res.takes = std::move(takes);
  res.help = std::move(help);
  return res;
}

inline void assign(std::size_t& out, std::uint64_t value) {
  out = value;
}

template <class Rep, class Period>
void assign(std::chrono::duration<Rep, Period>& out, std::uint64_t value) {
  out = std::chrono::duration<Rep, Period>{static_cast<Rep>(value)};
}

inline std::string show_number(std::size_t value) {
  return std::to_string(value);
}

template <class Rep, class Period>
std::string show_number(std::chrono::duration<Rep, Period> value) {
  return std::to_string(value.count());
}

template <class T>
option_entry number(std::string name, T options::*member, number_range range,
                    std::string help) {
  auto res = row(option_kind::number, std::move(name), "N", std::move(help));
  res.range = range.text();
  res.store = [=](options& out, const strings& values) {
    std::uint64_t value = 0;
    auto error = read_number(values.front(), range, value);
    if (error.empty())
      assign(out.*member, value);
    return error;
  };
  res.show
    = [=](const options& in) -> strings { return {show_number(in.*member)}; };
  return res;
}

/// Returns what is wrong with a value, or nothing.
using text_check = std::string(const std::string&);

inline option_entry text(std::string name, std::string options::*member,
                         std::string takes, text_check* check,
                         std::string help) {
  auto res = row(option_kind::text, std::move(name), std::move(takes),
                 std::move(help));
  res.store = [=](options& out, const strings& values) {
    auto error = check ? check(values.front()) : std::string{};
    if (error.empty())
      out.*member = values.front();
    return error;
  };
  res.show = [=](const options& in) -> strings { return {in.*member}; };
  return res;
}

/// Makes a row for a member with its own pair of conversions.
template <class T>
option_entry value(std::string name, T options::*member, std::string takes,
                   std::string (*read)(const std::string&, T&),
                   std::string (*show)(const T&), std::string help) {
  auto res = row(option_kind::text, std::move(name), std::move(takes),
                 std::move(help));
  res.store = [=](options& out, const strings& values) {
    return read(values.front(), out.*member);
  };
  res.show = [=](const options& in) -> strings { return {show(in.*member)}; };
  return res;
}

inline option_entry list(std::string name, strings options::*member,
                         std::string takes, text_check* check,
                         std::string help) {
  auto res = row(option_kind::list, std::move(name), std::move(takes),
                 std::move(help));
  res.store = [=](options& out, const strings& values) {
    for (const auto& value : values)
      if (auto error = check(value); !error.empty())
        return error;
    out.*member = values;
    return std::string{};
  };
  res.show = [=](const options& in) { return in.*member; };
  return res;
}

inline option_entry toggle(std::string name, bool options::*member,
                           std::string help) {
  auto res = row(option_kind::toggle, std::move(name), "", std::move(help));
  res.store = [=](options& out, const strings& values) {
    return read_toggle(values.front(), out.*member);
  };
  res.show = [=](const options& in) -> strings {
    return {in.*member ? "true" : "false"};
  };
  return res;
}

} // namespace atrium::option_rows
