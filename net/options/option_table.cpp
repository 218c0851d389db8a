#include "atrium/net/options/option_table.hpp"

#include "atrium/net/options/option_list.hpp"
#include "atrium/net/options/version.hpp"

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

option_table::option_table()
  : rows_(list_options()), versions_("atrium " + std::string{version()}) {
  // nop
}

void option_table::name_program(const std::string& name,
                                const std::string& version) {
  program_ = command_ = name;
  versions_
    = name + (version.empty() ? "" : ' ' + version) + " (" + versions_ + ')';
}

const option_entry* option_table::find(std::string_view name) const {
  auto i = std::ranges::find(rows_, name, &option_entry::name);
  return i != rows_.end() ? &*i : nullptr;
}

const option_entry* option_table::similar(std::string_view name) const {
  const option_entry* best = nullptr;
  // A short word is a few edits from anything: a wrong guess misleads.
  auto limit = std::min(name.size() / 2, std::size_t{3}) + 1;
  for (const auto& entry : rows_)
    if (auto edits = distance(name, entry.name); edits < limit) {
      best = &entry;
      limit = edits;
    }
  return best;
}

} // namespace atrium
