#pragma once

#include "atrium/net/options/option_entry.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// The options of a program: those of every node, and those that it adds.
/// Settings and changes point to its rows, so it outlives them.
class option_table {
public:
  /// Has the options of every node.
  option_table();

  /// Adds a row at the end. Nobody points to others yet.
  void add(option_entry x) {
    rows_.push_back(std::move(x));
  }

  /// Gives the program a name and a version of its own, which may be empty.
  void name_program(const std::string& name, const std::string& version);

  /// A flag of a command, without a value, that is no option of a node.
  struct command_flag {
    std::string name; ///< With its dashes.
    std::string help;
  };

  /// Says which other command takes these options, what it does, and which flag
  /// it has besides; that one the command has to take out of the arguments.
  void name_command(const std::string& name, const std::string& purpose,
                    command_flag flag = {}) {
    command_ = name;
    purpose_ = purpose;
    flag_ = std::move(flag);
  }

  /// The flag of the command; without a name there is none.
  const command_flag& own_flag() const {
    return flag_;
  }

  /// What messages to the operator begin with.
  const std::string& program() const {
    return program_;
  }

  /// What takes the options: by default what runs a node.
  const std::string& command() const {
    return command_;
  }

  /// What that does, for the help.
  const std::string& purpose() const {
    return purpose_;
  }

  /// Name and version, of a program of its own with that of the node.
  const std::string& versions() const {
    return versions_;
  }

  // In the order of the help.

  auto begin() const {
    return rows_.begin();
  }

  auto end() const {
    return rows_.end();
  }

  /// Returns the row called `name`, or null.
  const option_entry* find(std::string_view name) const;

  /// Returns the option that `name` is probably a misspelling of, or null.
  const option_entry* similar(std::string_view name) const;

private:
  std::vector<option_entry> rows_;
  std::string program_ = "atrium";
  std::string command_ = "atrium node";
  std::string purpose_ = "Runs a node until it gets a signal to stop.";
  command_flag flag_;
  std::string versions_;
};

} // namespace atrium
