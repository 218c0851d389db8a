#include "atrium/net/options/option_text.hpp"

#include "atrium/net/options/options.hpp"

#include <algorithm>
#include <sstream>

namespace atrium {

std::string wrapped(const std::string& text) {
  constexpr std::size_t width = 72;
  std::istringstream words{text};
  std::string res;
  std::size_t column = 0;
  for (std::string word; words >> word; column += word.size() + 1) {
    auto fits = column + word.size() <= width;
    if (!res.empty())
      res += fits ? ' ' : '\n';
    column = fits ? column : 0;
    res += word;
  }
  return res;
}

std::string describe(const option_entry& entry) {
  // The default of the struct itself, so help and code cannot differ.
  auto usual = entry.show(options{});
  auto unit = std::min(entry.range.find(' '), entry.range.size());
  auto live = entry.liveness == liveness::restart    ? ""
              : entry.liveness == liveness::while_on ? "; live while on"
                                                     : "; live";
  auto res = wrapped(entry.help) + "\n";
  if (!entry.range.empty())
    res += entry.range + "; ";
  // Not "none", which is a value of some options.
  if (usual.empty() || usual.front().empty())
    return res + "not set by default; " + entry.variable() + live;
  res += "default " + usual.front() + entry.range.substr(unit);
  return res + "; " + entry.variable() + live;
}

} // namespace atrium
