#pragma once

#include "atrium/net/options/option_table.hpp"

#include <string>
#include <vector>

namespace atrium {

/// Returns the line of a file that sets an option to these values, without a
/// line break.
std::string config_line(const option_entry& entry,
                        const std::vector<std::string>& values);

/// Returns a file for `--config` that sets nothing: all options of the table,
/// each explained and, in a comment, at its default.
std::string commented_config(const option_table& table);

} // namespace atrium
