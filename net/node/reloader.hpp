#pragma once

#include "atrium/net/options/options.hpp"

#include <functional>
#include <string>
#include <vector>

namespace atrium {

class option_table;
struct option_change;
struct parsed_options;

/// Has a running node take new options over, and what has changed in files that
/// options name: all of it, or nothing where anything is wrong. Each part of a
/// node that has something to take over is added once. One thread.
class reloader {
public:
  /// Puts into effect what has been loaded; cannot fail.
  using take_over = std::function<void()>;

  /// Loads for these options everything that may fail, and changes nothing.
  /// Null: there is nothing to do, or `error` says what is wrong.
  using part
    = std::function<take_over(const options& next, std::string& error)>;

  /// Both have to outlive it; it keeps `current` up to date.
  reloader(options& current, const option_table& table)
    : current_(current), table_(table) {
    // nop
  }

  /// Adds a part that is made of options alone: asked when any has changed.
  void add(part x) {
    parts_.push_back({{}, std::move(x)});
  }

  /// Adds a part that reads files: asked each time, since their content may be
  /// another one. `what` is its name in the log.
  void add_files(std::string what, part x) {
    parts_.push_back({std::move(what), std::move(x)});
  }

  /// Takes `next` over and says in the log what has changed, option by option;
  /// those that need a restart stay. Blocks.
  void run(const parsed_options& next);

private:
  struct named {
    std::string what; // empty: has no files
    part load;
  };

  struct loaded {
    const named* from;
    take_over apply;
  };

  bool load(const options& next, const std::vector<option_change>& changes,
            std::vector<loaded>& out);

  options& current_;
  const option_table& table_;
  std::vector<named> parts_;
};

} // namespace atrium
