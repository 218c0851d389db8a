#pragma once

#include <functional>
#include <string>
#include <vector>

namespace atrium {

struct options;

/// How an option is written in a file.
enum class option_kind {
  text,   ///< A string.
  number, ///< A whole number.
  toggle, ///< A boolean; as a flag it needs no value.
  list,   ///< An array of strings; as a flag it is repeated.
};

/// One option: the same row serves flag, environment variable, file and help.
struct option_entry {
  std::string name;  ///< The flag without its dashes, the key of the file.
  std::string group; ///< Heading in the help.
  std::string takes; ///< Place-holder of the value in the help.
  std::string help;
  std::string range; ///< What is accepted, with the unit.
  option_kind kind = option_kind::text;
  /// Converts, checks and stores values; returns what is wrong with them.
  std::function<std::string(options&, const std::vector<std::string>&)> store;
  /// Returns the values that `store` would need to reproduce the options.
  std::function<std::vector<std::string>(const options&)> show;

  /// Returns the name of the environment variable.
  std::string variable() const;
};

} // namespace atrium
