#pragma once

#include "atrium/net/options/option_table.hpp"
#include "atrium/net/options/variables.hpp"

#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// A value on its way into the options, and where it comes from.
struct setting {
  const option_entry* option = nullptr;
  std::vector<std::string> values;
  std::string source; ///< The flag, the variable, or file, line and key.
};

/// The settings of one source; or, with an exit code, a text to end with.
struct settings {
  std::vector<setting> values;
  std::optional<int> exit_code;
  std::string text;
  std::vector<std::string> ignored; ///< Variables that are somebody else's.

  /// Makes what a reader returns when it refuses `source`.
  static settings refused(const std::string& source, const std::string& reason);

  /// Returns the value of an option that is not a list, or nothing.
  std::string find(std::string_view name) const;
};

/// Whether a variable is for the tests or for the tool, not for the node.
bool is_foreign(std::string_view variable);

// What is returned points to rows of the table.

/// Reads the flags of a command line, see `parse_options`.
settings read_flags(int argc, const char* const* argv,
                    const option_table& table);

/// Reads the variables whose names begin with `ATRIUM_`.
settings read_variables(const variable_map& variables,
                        const option_table& table);

/// Reads the file at `path`.
settings read_config(const std::string& path, const option_table& table);

/// Returns e.g. `unknown key; did you mean lanes?` for a misspelt name.
/// `show` writes an option as the source does.
std::string unknown_option(const option_table& table, const std::string& kind,
                           std::string_view name,
                           std::string (*show)(const option_entry&));

} // namespace atrium
