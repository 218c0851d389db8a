#pragma once

#include "atrium/net/options/number_range.hpp"
#include "atrium/net/options/own_option.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace atrium {

class option_table;
struct options;

/// The options that a program adds to those of a node, for its rooms: each is a
/// flag, a variable `ATRIUM_…`, a key of the file, and part of the help.
///
///     atrium::own_options own{"auction-node", "1.2"};
///     auto seats = own.number("auction-seats", {2, 12}, 6, "Seats at a
///     table.");
///
/// A name has the form of our flags and should begin with a word of the
/// program's own, since later versions of Atrium have more options. Each
/// function throws `std::invalid_argument` if the name is taken or has another
/// form, or the default is none of the values. Filled before the node runs.
class own_options {
public:
  using milliseconds = std::chrono::milliseconds;
  using strings = std::vector<std::string>;

  own_options() = default;

  /// Gives the program a name and a version for `--help`, `--version` and what
  /// is said of bad options.
  own_options(std::string program, std::string version);

  own_options(const own_options&) = delete;
  own_options& operator=(const own_options&) = delete;

  /// Adds a text, `takes` in the help. Empty means not set.
  own_option<std::string> text(std::string name, std::string takes,
                               std::string help, std::string usual = {});

  /// Adds a whole number.
  own_option<std::uint64_t> number(std::string name, number_range range,
                                   std::uint64_t usual, std::string help);

  /// Adds a time, given as a whole number of the range's unit: `s` or `ms`.
  own_option<milliseconds> duration(std::string name, number_range range,
                                    milliseconds usual, std::string help);

  /// Adds a switch, off by default.
  own_option<bool> toggle(std::string name, std::string help);

  /// Adds texts: a repeated flag, an array in the file, separated by commas in
  /// the variable.
  own_option<strings> list(std::string name, std::string takes,
                           std::string help);

  // For run_node.

  /// Returns all options of the program.
  option_table table() const;

  /// Hands to each option its value, old or new. One thread at a time.
  void adopt(const options& from) const;

private:
  struct kept {
    std::shared_ptr<option_entry> row;
    std::function<void(const options&)> adopt;
  };

  /// How a value is read from the texts of a source, and written as such.
  template <class T>
  struct form {
    std::function<std::string(const strings&, T&)> read;
    std::function<strings(const T&)> show;
  };

  template <class T>
  own_option<T> add(option_entry row, form<T> as, T usual);
  void check_name(const std::string& name) const;

  std::string program_;
  std::string version_;
  std::vector<kept> all_;
};

} // namespace atrium
