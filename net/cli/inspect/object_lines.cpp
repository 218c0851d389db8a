#include "atrium/net/cli/inspect/object_lines.hpp"

#include "atrium/net/cli/inspect/terminal_text.hpp"

#include <algorithm>

namespace atrium::tool {

namespace {

constexpr std::size_t step = 2;

bool is_nested(const json& x) {
  return x.is_structured() && !x.empty();
}

std::string plain(std::string_view key, const json& x) {
  if (x.is_structured())
    return "none";
  auto text = printable(value_text(key, x));
  return text.empty() ? "-" : text;
}

void append(lines& out, const json& x, std::size_t indent);

void append_array(lines& out, const json& xs, std::size_t indent) {
  std::string before(indent, ' ');
  for (auto& x : xs) {
    if (!is_nested(x)) {
      out.push_back(before + plain({}, x));
      continue;
    }
    auto first = out.size();
    append(out, x, indent + step);
    if (first < out.size())
      // Nested lines are indented by `step`, so the dash replaces a space.
      out[first][indent] = '-';
  }
}

void append_object(lines& out, const json& object, std::size_t indent) {
  std::size_t widest = 0;
  for (auto& [key, value] : object.items())
    if (!is_nested(value))
      widest = std::max(widest, display_width(printable(title_of(key))));
  std::string before(indent, ' ');
  for (auto& [key, value] : object.items()) {
    auto title = printable(title_of(key));
    if (is_nested(value)) {
      out.push_back(before + title);
      append(out, value, indent + step);
    } else {
      out.push_back(before + pad(title, widest + step) + plain(key, value));
    }
  }
}

void append(lines& out, const json& x, std::size_t indent) {
  constexpr std::size_t deepest = 40; // more is no state but a trick
  if (indent > deepest)
    out.push_back(std::string(indent, ' ') + "…");
  else if (x.is_object())
    append_object(out, x, indent);
  else
    append_array(out, x, indent);
}

} // namespace

std::string title_of(std::string_view key) {
  // A rate is no time: its unit stays in the name.
  if (!key.ends_with("_per_s"))
    for (std::string_view unit : {"_ms", "_us", "_s"})
      if (key.ends_with(unit) && key.size() > unit.size()) {
        key.remove_suffix(unit.size());
        break;
      }
  std::string result{key};
  std::replace(result.begin(), result.end(), '_', ' ');
  return result;
}

lines object_lines(const json& object, std::size_t indent) {
  lines result;
  if (is_nested(object))
    append(result, object, indent);
  return result;
}

} // namespace atrium::tool
