#include "atrium/net/options/option_sources.hpp"
#include "atrium/net/options/option_text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <sstream>
#include <utility>

namespace atrium {

namespace {

using strings = std::vector<std::string>;

constexpr auto footer
  = R"(An option is taken from the first of these that sets it: flag, environment
variable, file, default. In the file an option has the name of its flag:
  max-message-bytes = 65536
  allow-origin = ["https://example.org", "https://example.net"]
In a variable several values are separated by commas; an empty variable counts
as not set. On SIGHUP a node reads the file anew, and takes over what is live;
"live while on" excludes what switches something on or off.)";

/// Lays out an option as a line with its name and indented lines below it.
class help_layout : public CLI::Formatter {
public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    return CLI::Formatter::make_usage(app, std::move(name)) + "\n";
  }

  std::string make_group(std::string group, bool positional,
                         std::vector<const CLI::Option*> all) const override {
    auto res = CLI::Formatter::make_group(std::move(group), positional,
                                          std::move(all));
    return res.substr(res.find_first_not_of('\n'));
  }

  std::string make_option(const CLI::Option* option, bool) const override {
    auto takes = option->get_type_name();
    auto res = "  " + option->get_name(false, true);
    res += takes.empty() ? "\n" : " " + takes + "\n";
    std::istringstream lines{option->get_description()};
    for (std::string line; std::getline(lines, line);)
      res += "      " + line + "\n";
    return res;
  }
};

void add_option(CLI::App& app, const option_entry& entry) {
  const auto flag = "--" + entry.name;
  const auto text = describe(entry);
  if (entry.kind == option_kind::toggle) {
    app.add_flag(flag, text)->group(entry.group);
    return;
  }
  auto option = app.add_option(flag, text)->group(entry.group);
  option->type_name(entry.takes)->type_size(1)->expected(1);
  option->take_all()->allow_extra_args(false); // read_flags counts them
}

void add_options(CLI::App& app, const option_table& table) {
  app.formatter(std::make_shared<help_layout>());
  for (const auto& entry : table)
    add_option(app, entry);
  if (auto& own = table.own_flag(); !own.name.empty()) {
    const auto help = wrapped(own.help);
    app.add_flag(own.name, help)->group("Of this command");
  }
  app.set_help_flag("-h,--help", "Print this text and end.")->group("Other");
  app
    .set_version_flag("--version", table.versions(),
                      "Print the version and end.")
    ->group("Other");
  app.footer(footer);
  app.allow_extras(); // read_flags refuses them with a hint
}

settings refuse_extra(const std::string& extra, const option_table& table) {
  auto name = extra.substr(0, extra.find('='));
  if (!name.starts_with("--"))
    return settings::refused(name, "unexpected argument");
  return settings::refused(
    name, unknown_option(table, "option", name.substr(2),
                         [](const auto& other) { return "--" + other.name; }));
}

settings collect(const CLI::App& app, const option_table& table) {
  settings res;
  for (const auto& entry : table) {
    auto flag = "--" + entry.name;
    auto values = app.get_option(flag)->results();
    // Which one was meant is not for us to guess; a script that appends a flag
    // would win by accident.
    if (values.size() > 1 && entry.kind != option_kind::list)
      return settings::refused(flag, "set more than once");
    if (!values.empty())
      res.values.push_back({&entry, std::move(values), flag});
  }
  return res;
}

} // namespace

settings read_flags(int argc, const char* const* argv,
                    const option_table& table) {
  CLI::App app{table.purpose(), table.command()};
  add_options(app, table);
  // A program may be started without even its own name.
  strings arguments(argv + std::min(argc, 1), argv + argc);
  if (!arguments.empty() && arguments.front() == "node")
    arguments.erase(arguments.begin());
  std::reverse(arguments.begin(), arguments.end()); // CLI11 reads from the back
  try {
    app.parse(arguments);
  } catch (const CLI::Success& stop) { // --help, --version
    std::ostringstream text;
    app.exit(stop, text, text);
    return {{}, 0, text.str(), {}};
  } catch (const CLI::ArgumentMismatch& error) {
    std::string text = error.what(); // begins with the flag
    return settings::refused(text.substr(0, text.find(':')),
                             "the value is missing");
  } catch (const CLI::ParseError& error) {
    return {{}, 2, error.what(), {}};
  }
  if (auto extra = app.remaining(); !extra.empty())
    return refuse_extra(extra.front(), table);
  return collect(app, table);
}

} // namespace atrium
