#pragma once

#include "atrium/net/cli/inspect/human.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace atrium::tool {

/// Lines of a terminal, without their breaks.
using lines = std::vector<std::string>;

/// Returns any object as lines: a name and a value each, what is inside of it
/// further to the right. Printable, `indent` spaces in front.
lines object_lines(const json& object, std::size_t indent = 0);

/// Returns the name of a member for people: `age_s` is `age`.
std::string title_of(std::string_view key);

} // namespace atrium::tool
