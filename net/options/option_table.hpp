#pragma once

#include "atrium/net/options/option_entry.hpp"

#include <string_view>
#include <vector>

namespace atrium {

/// Returns all options in the order of the help.
const std::vector<option_entry>& option_table();

/// Returns the entry called `name`, or null.
const option_entry* find_option(std::string_view name);

/// Returns the option that `name` is probably a misspelling of, or null.
const option_entry* similar_option(std::string_view name);

} // namespace atrium
