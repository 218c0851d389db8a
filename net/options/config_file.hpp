#pragma once

#include "atrium/net/options/option_table.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// A key of a configuration file with its value.
struct config_entry {
  std::size_t line = 0; ///< Counted from 1.
  std::string key;      ///< As written.
  option_kind kind = option_kind::text;
  std::vector<std::string> values; ///< One, but for a list.
};

/// The keys of a configuration file, or what is wrong with it.
struct config_file {
  std::vector<config_entry> entries;
  std::string error;
  std::size_t error_line = 0;
};

/// Parses `text`: `key = value` lines of TOML with strings on one line, whole
/// numbers, booleans and arrays of strings. There are no tables and no dates,
/// because no option needs them.
config_file parse_config(std::string_view text);

} // namespace atrium
