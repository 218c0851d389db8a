// The options file: what it says is read as it stands, or refused with a line.

#include "atrium/net/options/config_file.hpp"
#include "atrium/net/options/option_table.hpp"
#include "atrium/net/options/options.hpp"

#include "property.hpp"

#include <algorithm>

using namespace atrium;
using fuzz::require;

namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (auto c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result + '"';
}

std::string value_of(const config_entry& x) {
  if (x.kind == option_kind::text)
    return quoted(x.values.front());
  if (x.kind != option_kind::list)
    return x.values.front();
  std::string result = "[";
  for (const auto& value : x.values)
    result += quoted(value) + ",";
  return result + "]";
}

bool same(const config_entry& a, const config_entry& b) {
  return a.key == b.key && a.kind == b.kind && a.values == b.values;
}

void check_entries(const config_file& file) {
  std::string text;
  std::size_t line = 0;
  for (const auto& x : file.entries) {
    require(x.line > line, "each entry has a line of its own");
    line = x.line;
    require(x.kind == option_kind::list || x.values.size() == 1, "one value, but for lists");
    text += quoted(x.key) + " = " + value_of(x) + "\n";
  }
  auto again = parse_config(text);
  require(again.error.empty(), "what is written is read again");
  require(std::ranges::equal(file.entries, again.entries, same), "nothing is lost");
}

// A value that an option takes is shown as something that it takes again.
void check_options(const config_file& file) {
  static const option_table table;
  for (const auto& x : file.entries) {
    auto* option = table.find(x.key);
    if (!option || option->kind != x.kind)
      continue;
    options first;
    if (!option->store(first, x.values).empty())
      continue;
    options second;
    auto shown = option->show(first);
    require(option->store(second, shown).empty(), "what is shown is accepted");
    require(option->show(second) == shown, "and is the same value");
  }
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  auto file = parse_config(text);
  if (!file.error.empty()) {
    auto lines = 1 + std::ranges::count(text, '\n');
    require(file.entries.empty(), "there is nothing but the error");
    require(file.error_line >= 1 && file.error_line <= static_cast<std::size_t>(lines),
            "the error is in a line of the file");
    return 0;
  }
  check_entries(file);
  check_options(file);
  return 0;
}
