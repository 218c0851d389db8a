#pragma once

#include "atrium/net/options/option_table.hpp"

#include <string>
#include <vector>

namespace atrium {

/// An option that has got another value.
struct option_change {
  const option_entry* option = nullptr;
  std::vector<std::string> values; ///< The new ones.
  std::string from;                ///< For people: without what is secret.
  std::string to;
  bool is_live = false; ///< A running node takes it over.
};

/// Returns in what `after` differs from `before`, in the order of the help.
/// Changes point to rows of the table.
std::vector<option_change> changes_between(const options& before,
                                           const options& after,
                                           const option_table& table);

/// Returns `before` with those changes that a running node takes over.
options with_live(const options& before,
                  const std::vector<option_change>& changes);

} // namespace atrium
