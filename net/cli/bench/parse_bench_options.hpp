#pragma once

#include "atrium/net/cli/bench/bench_options.hpp"

#include <optional>
#include <string>

namespace atrium::bench {

/// What `parse_bench_options` made of a command line.
struct parsed_bench_options {
  bench_options value;
  /// Set when the program should print `text` and end: 0 after `--help` (to
  /// stdout), 2 after an error (to stderr).
  std::optional<int> exit_code;
  std::string text;
};

/// Reads a command line whose first word, `bench`, is skipped.
parsed_bench_options parse_bench_options(int argc, const char* const* argv);

} // namespace atrium::bench
