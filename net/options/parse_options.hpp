#pragma once

#include "atrium/net/options/option_table.hpp"
#include "atrium/net/options/options.hpp"
#include "atrium/net/options/variables.hpp"

#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// Returns what is wrong with `x`, or nothing: for options that a program has
/// set without `parse_options`. Reads no files.
std::string validate(const options& x, const option_table& table = {});

/// What `parse_options` made of its input.
struct parsed_options {
  options value;
  /// Set when the program should print `text` and end: 0 after `--help` or
  /// `--version` (to stdout), 2 after an error (to stderr).
  std::optional<int> exit_code;
  std::string text;
  std::vector<std::string> ignored; ///< Variables of an orchestrator.
  std::string error = {}; ///< The reason alone, with where it is to be found.
};

/// Reads options from flags, `ATRIUM_*` variables and the file that either of
/// them names; the first of these sources that sets an option wins. Anything
/// unknown, ill-typed or out of range is an error that names the flag, the
/// variable or the line. So are options of the file that do not go together
/// with others. `argv` is a main function's, with or without the word
/// `node` in front of the flags.
parsed_options parse_options(int argc, const char* const* argv,
                             const variable_map& variables
                             = process_variables(),
                             const option_table& table = {});

} // namespace atrium
