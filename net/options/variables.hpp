#pragma once

#include <map>
#include <string>

namespace atrium {

/// Environment variables by name.
using variable_map = std::map<std::string, std::string>;

/// Returns a copy of the environment of this process.
variable_map process_variables();

} // namespace atrium
