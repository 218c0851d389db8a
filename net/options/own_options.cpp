#include "atrium/net/options/own_options.hpp"

#include "atrium/net/options/option_rows.hpp"
#include "atrium/net/options/option_sources.hpp"
#include "atrium/net/options/option_table.hpp"
#include "atrium/net/options/options.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string_view>

namespace atrium {

namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw std::invalid_argument{"own option '" + name + "': " + why};
}

/// Whether a name is like `max-rooms`.
bool is_name_of_flag(std::string_view x) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view others = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return x.size() > 1 && letters.find(x.front()) != x.npos && x.back() != '-'
         && x.find_first_not_of(others) == x.npos && x.find("--") == x.npos;
}

} // namespace

void add_check(option_entry& row, value_check check) {
  row.store = [before = std::move(row.store), check = std::move(check)](
                options& out, const std::vector<std::string>& values) {
    try {
      for (auto& x : values)
        if (auto error = x.empty() ? std::string{} : check(x); !error.empty())
          return error;
    } catch (const std::exception& error) {
      return std::string{error.what()};
    }
    return before(out, values);
  };
}

own_options::own_options(std::string program, std::string version)
  : program_(std::move(program)), version_(std::move(version)) {
  // nop
}

void own_options::check_name(const std::string& name) const {
  if (!is_name_of_flag(name))
    refuse(name, "a name has a-z, 0-9 and single - within, as in max-rooms");
  if (name == "help" || name == "version" || option_table{}.find(name))
    refuse(name, "every node has an option of this name");
  if (std::ranges::any_of(all_, [&](auto& x) { return x.row->name == name; }))
    refuse(name, "added twice");
  option_entry row;
  row.name = name;
  if (is_foreign(row.variable()))
    refuse(name, row.variable() + " is not read as an option");
}

template <class T>
own_option<T> own_options::add(option_entry row, form<T> as, T usual) {
  check_name(row.name);
  row.group = "Options of " + (program_.empty() ? "this program" : program_);
  row.obstacle = "the program takes it when it starts";
  row.store = [=, name = row.name](options& out, const strings& values) {
    T value{};
    auto error = as.read(values, value);
    if (error.empty())
      out.own[name] = as.show(value);
    return error;
  };
  row.show = [name = row.name, usual = as.show(usual)](const options& in) {
    auto i = in.own.find(name);
    return i != in.own.end() ? i->second : usual;
  };
  T again{};
  if (auto error = as.read(as.show(usual), again); !error.empty())
    refuse(row.name, "default: " + error);
  if (again != usual)
    refuse(row.name, "default: cannot be written in the unit of the range");
  auto value = std::make_shared<live<T>>();
  value->edit() = std::move(usual);
  auto adopt = [value, show = row.show, read = as.read](const options& from) {
    T next{};
    read(show(from), next); // has been read before: it is sound
    if (next != **value)
      value->replace(std::move(next));
  };
  all_.push_back({std::make_shared<option_entry>(std::move(row)), adopt});
  return {all_.back().row, value};
}

own_option<std::string> own_options::text(std::string name, std::string takes,
                                          std::string help, std::string usual) {
  auto row = option_rows::row(option_kind::text, std::move(name),
                              std::move(takes), std::move(help));
  form<std::string> as;
  as.read = [](const strings& values, std::string& out) {
    out = values.front();
    return std::string{};
  };
  as.show = [](const std::string& x) { return strings{x}; };
  return add(std::move(row), std::move(as), std::move(usual));
}

own_option<std::uint64_t> own_options::number(std::string name,
                                              number_range range,
                                              std::uint64_t usual,
                                              std::string help) {
  auto row = option_rows::row(option_kind::number, std::move(name), "N",
                              std::move(help));
  row.range = range.text();
  form<std::uint64_t> as;
  as.read = [range](const strings& values, std::uint64_t& out) {
    return read_number(values.front(), range, out);
  };
  as.show = [](const std::uint64_t& x) { return strings{std::to_string(x)}; };
  return add(std::move(row), std::move(as), usual);
}

own_option<std::chrono::milliseconds> own_options::duration(std::string name,
                                                            number_range range,
                                                            milliseconds usual,
                                                            std::string help) {
  if (range.unit != "s" && range.unit != "ms")
    refuse(name, "the unit of a duration is s or ms");
  auto row = option_rows::row(option_kind::number, std::move(name), "N",
                              std::move(help));
  row.range = range.text();
  form<milliseconds> as;
  as.read = [range](const strings& values, milliseconds& out) {
    std::uint64_t count = 0;
    auto error = read_number(values.front(), range, count);
    option_rows::assign(out, count, range.unit);
    return error;
  };
  as.show = [range](const milliseconds& x) {
    return strings{std::to_string(option_rows::count(x, range.unit))};
  };
  return add(std::move(row), std::move(as), usual);
}

own_option<bool> own_options::toggle(std::string name, std::string help) {
  auto row = option_rows::row(option_kind::toggle, std::move(name), "",
                              std::move(help));
  form<bool> as;
  as.read = [](const strings& values, bool& out) {
    return read_toggle(values.front(), out);
  };
  as.show = [](const bool& x) { return strings{x ? "true" : "false"}; };
  return add(std::move(row), std::move(as), false);
}

own_option<std::vector<std::string>>
own_options::list(std::string name, std::string takes, std::string help) {
  auto row = option_rows::row(option_kind::list, std::move(name),
                              std::move(takes), std::move(help));
  form<strings> as;
  as.read = [](const strings& values, strings& out) -> std::string {
    if (std::ranges::find(values, "") != values.end())
      return "'' is no value";
    out = values;
    return {};
  };
  as.show = [](const strings& x) { return x; };
  return add(std::move(row), std::move(as), strings{});
}

option_table own_options::table() const {
  option_table result;
  if (!program_.empty())
    result.name_program(program_, version_);
  for (auto& x : all_)
    result.add(*x.row);
  return result;
}

void own_options::adopt(const options& from) const {
  for (auto& x : all_)
    x.adopt(from);
}

} // namespace atrium
