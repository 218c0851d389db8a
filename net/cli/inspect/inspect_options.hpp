#pragma once

#include "atrium/net/cli/inspect/node_address.hpp"
#include "atrium/net/options/variables.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace atrium::tool {

/// What the tool can do.
enum class task : std::uint8_t {
  node,
  tree,
  cluster,
  rooms,
  room,
  members,
  users,
  user,
  owners,
  owner,
  connections,
  connection,
  actor,
  find,
  top,
  watch,
  disconnect,
  publish,
  dead_letters,
  replay, ///< Dead letters, by `dead-letters --replay`.
  purge,  ///< By `--purge`.
};

/// The command line of `atrium inspect`.
struct inspect_options {
  static constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

  task what = task::node;
  std::vector<std::string> words; ///< What the task is about: names, data.
  node_address node;
  std::string ca;         ///< PEM; empty: whom this machine trusts.
  std::string token_file; ///< Empty: `token` counts.
  std::string token;      ///< Of administrators; goes with acts only.
  std::chrono::milliseconds timeout{5'000};
  std::chrono::milliseconds interval{1'000};
  std::size_t limit = 50; ///< Rows of a list.
  std::string prefix;     ///< Of names in a list.
  bool json = false;
};

/// What `parse_inspect_options` made of its input.
struct parsed_inspect_options {
  inspect_options value;
  /// Set when the program should print `text` and end: 0 after `--help` (to
  /// stdout), 2 after an error (to stderr).
  std::optional<int> exit_code;
  std::string text;
};

/// Reads options from flags and from the variables ATRIUM_INSPECT_NODE and
/// ATRIUM_INSPECT_TOKEN; a flag wins. `argv[0]` is the name of the command.
parsed_inspect_options parse_inspect_options(int argc, const char* const* argv,
                                             const variable_map& variables
                                             = process_variables());

/// Whether the task is a list that comes in pages.
bool is_paged(task x);

/// Whether the task changes something.
bool is_act(task x);

} // namespace atrium::tool
