#include "atrium/net/cli/inspect/text_table.hpp"

#include "atrium/net/cli/inspect/terminal_text.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace atrium::tool {

namespace {

constexpr std::size_t space = 2;     // between columns
constexpr std::size_t narrowest = 6; // of a column of text that is cut

std::string capitals(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

} // namespace

void text_table::add(const std::vector<std::string>& cells) {
  auto& row = rows_.emplace_back();
  for (auto& cell : cells)
    // Escaped before the widths are computed: escapes are wider.
    row.push_back(printable(cell));
  row.resize(columns_.size());
}

std::vector<std::size_t> text_table::widths() const {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto widest = display_width(columns_[i].title);
    for (auto& row : rows_)
      widest = std::max(widest, display_width(row[i]));
    result.push_back(widest);
  }
  return result;
}

// Takes from the widest column of text for as long as that helps.
void text_table::fit(std::vector<std::size_t>& widths,
                     std::size_t width) const {
  auto total = std::accumulate(widths.begin(), widths.end(), std::size_t{0})
               + space * (widths.size() - 1);
  while (total > width) {
    auto widest = widths.end();
    for (auto i = widths.begin(); i != widths.end(); ++i) {
      auto& column = columns_[static_cast<std::size_t>(i - widths.begin())];
      if (!column.number && *i > narrowest
          && (widest == widths.end() || *i > *widest))
        widest = i;
    }
    // Only numbers and narrow columns are left: `lines` cuts the line.
    if (widest == widths.end())
      return;
    --*widest;
    --total;
  }
}

std::string text_table::line(const std::vector<std::string>& cells,
                             const std::vector<std::size_t>& widths) const {
  std::string result;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0)
      result.append(space, ' ');
    result += pad(cells[i], widths[i], columns_[i].number);
  }
  result.erase(result.find_last_not_of(' ') + 1);
  return result;
}

std::vector<std::string> text_table::lines(std::size_t width) const {
  auto wanted = widths();
  if (width != 0)
    fit(wanted, width);
  std::vector<std::string> titles;
  for (auto& x : columns_)
    titles.push_back(capitals(x.title));
  std::vector<std::string> result{line(titles, wanted)};
  for (auto& row : rows_)
    result.push_back(line(row, wanted));
  if (width != 0)
    for (auto& x : result)
      x = cut(x, width);
  return result;
}

} // namespace atrium::tool
