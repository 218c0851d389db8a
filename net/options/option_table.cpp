#include "atrium/net/options/option_table.hpp"

#include "atrium/net/options/option_list.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace atrium {

namespace {

/// Counts the single-character edits between two words (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      auto replace = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replace, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

} // namespace

const std::vector<option_entry>& option_table() {
  static const auto table = list_options();
  return table;
}

const option_entry* find_option(std::string_view name) {
  const auto& table = option_table();
  auto i = std::find_if(table.begin(), table.end(),
                        [=](const auto& entry) { return entry.name == name; });
  return i != table.end() ? &*i : nullptr;
}

const option_entry* similar_option(std::string_view name) {
  const option_entry* best = nullptr;
  // A short word is a few edits from anything: a wrong guess misleads.
  auto limit = std::min(name.size() / 2, std::size_t{3}) + 1;
  for (const auto& entry : option_table())
    if (auto edits = distance(name, entry.name); edits < limit) {
      best = &entry;
      limit = edits;
    }
  return best;
}

} // namespace atrium
