#include "atrium/net/cli/inspect/tree_lines.hpp"

#include "atrium/net/cli/inspect/terminal_text.hpp"

namespace atrium::tool {

namespace {

// Kind, name, number, and what may be wrong or is much.
std::string title(const json& x) {
  auto kind = field_text(x, "kind");
  auto name = field_text(x, "name");
  auto result = printable(kind);
  if (!name.empty() && name != kind)
    result += ' ' + printable(name);
  if (auto id = field_text(x, "id"); !id.empty())
    result += "  #" + printable(id);
  if (auto count = field_text(x, "connections"); !count.empty())
    result += "  " + count_text(printable(count), "connections");
  if (auto waiting = field_text(x, "mailbox");
      !waiting.empty() && waiting != "0")
    result += "  mailbox " + printable(waiting);
  for (auto problem : {"stuck", "gone"})
    if (x.contains(problem))
      result += std::string{"  "} + problem;
  return result;
}

// Says how many are missing, below a list that is not complete.
std::string rest_of(const json& x, std::size_t shown) {
  // The page has only some of the children; the node tells their number.
  auto total = x.find("children_total");
  if (total == x.end() || !total->is_number_unsigned())
    return {};
  auto count = total->get<std::size_t>();
  return shown != 0 && count > shown
           ? "… " + std::to_string(count - shown) + " more"
           : std::string{};
}

void append(lines& out, const json& x, const std::string& before) {
  auto children = x.find("children");
  if (children == x.end() || !children->is_array())
    return;
  auto rest = rest_of(x, children->size());
  for (std::size_t i = 0; i < children->size(); ++i) {
    auto& child = (*children)[i];
    // The line about the rest is the last branch.
    auto last = i + 1 == children->size() && rest.empty();
    if (!child.is_object())
      continue;
    out.push_back(before + (last ? "└─ " : "├─ ") + title(child));
    append(out, child, before + (last ? "   " : "│  "));
  }
  if (!rest.empty())
    out.push_back(before + "└─ " + rest);
}

} // namespace

lines tree_lines(const json& view) {
  auto tree = view.find("tree");
  if (tree == view.end() || !tree->is_object())
    return {};
  lines result{title(*tree)};
  append(result, *tree, {});
  return result;
}

} // namespace atrium::tool
