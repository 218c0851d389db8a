#include "atrium/net/options/config_text.hpp"

#include "atrium/broker/json/json_writer.hpp"
#include "atrium/net/options/option_text.hpp"
#include "atrium/net/options/options.hpp"

#include <sstream>

namespace atrium {

namespace {

constexpr auto head
  = R"(# Options of a node, one `name = value` a line; those that are commented out
# show their defaults. Flags and ATRIUM_* variables win over this file.
# `atrium check-config --config FILE` says whether a file is sound. On SIGHUP a
# node takes over what is live; all else needs a restart.
)";

std::string quoted(const std::string& text) {
  std::string result;
  json_writer{result}.text(text); // TOML's basic strings are the same
  return result;
}

std::string value_text(const option_entry& entry,
                       const std::vector<std::string>& values) {
  if (entry.kind == option_kind::list) {
    std::string result;
    for (auto& x : values)
      result += (result.empty() ? "" : ", ") + quoted(x);
    return '[' + result + ']';
  }
  if (entry.kind != option_kind::text)
    return values.front();
  return quoted(values.front());
}

/// What an option without a range takes, as in the help.
std::string hint(const option_entry& entry) {
  auto is_said = entry.takes.empty() || !entry.range.empty();
  return is_said ? "" : "  # " + entry.takes;
}

} // namespace

std::string config_line(const option_entry& entry,
                        const std::vector<std::string>& values) {
  return entry.name + " = " + value_text(entry, values);
}

std::string commented_config(const option_table& table) {
  std::string result = head;
  std::string group;
  for (auto& entry : table) {
    if (entry.name == "config") // which a file cannot set
      continue;
    if (entry.group != group)
      result += "\n## " + entry.group + "\n";
    group = entry.group;
    result += '\n';
    std::istringstream lines{describe(entry)};
    for (std::string line; std::getline(lines, line);)
      result += "# " + line + '\n';
    result += '#' + config_line(entry, entry.show(options{})) + hint(entry);
    result += '\n';
  }
  return result;
}

} // namespace atrium
