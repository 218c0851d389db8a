#pragma once

#include <functional>
#include <string>
#include <utility>
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

/// Whether a running node takes a new value over when it reads its options
/// anew.
enum class liveness {
  restart,  ///< No, it has to be started again.
  while_on, ///< Unless the value goes from or to "off", which is 0 or nothing.
  full,
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

  enum liveness liveness = liveness::restart;

  /// Why a new value needs a restart, for people: `because` goes before it.
  std::string obstacle;

  /// Makes of a value what may be shown to others; null: it may as it is.
  std::string (*mask)(const std::string&) = nullptr;

  /// Marks a row: a running node takes new values over.
  option_entry live() && {
    liveness = liveness::full;
    return std::move(*this);
  }

  /// Marks a row: a running node takes new values over, unless that switches
  /// something on or off, and says why not then.
  option_entry
  live_while_on(std::string because
                = "a part of the node is made or left out by it") && {
    liveness = liveness::while_on;
    obstacle = std::move(because);
    return std::move(*this);
  }

  /// Says why a running node cannot take new values over.
  option_entry fixed(std::string because) && {
    obstacle = std::move(because);
    return std::move(*this);
  }

  /// Marks a row: its values are shown as `with` makes them.
  option_entry masked(std::string (*with)(const std::string&)) && {
    mask = with;
    return std::move(*this);
  }

  /// Returns the values without what is secret.
  std::vector<std::string> visible(const options& from) const;

  /// Returns the name of the environment variable.
  std::string variable() const;
};

} // namespace atrium
