#pragma once

#include "atrium/net/options/option_entry.hpp"

#include <vector>

namespace atrium {

/// Returns a row for each option, in the order of the help: the one place where
/// an option gets its flag, range, unit and explanation. Its default is that of
/// the member that it sets. For option_table.cpp only.
std::vector<option_entry> list_options();

} // namespace atrium
