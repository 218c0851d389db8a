#pragma once

#include "atrium/net/cli/inspect/human.hpp"
#include "atrium/net/cli/inspect/inspect_options.hpp"

#include <cstddef>
#include <string>

namespace atrium::tool {

/// Walks through the pages of a list up to the number of rows that is wanted,
/// and makes one view of them. Asks nobody itself: whoever uses it asks for
/// `target()` and hands over what comes, until `is_done()`.
class page_walk {
public:
  explicit page_walk(const inspect_options& from);

  /// What is to be asked for next.
  std::string target() const;

  /// Takes the page that was asked for.
  void take(const json& page);

  bool is_done() const {
    return is_done_;
  }

  /// Whether there is more than was wanted.
  bool is_cut() const {
    return is_done_ && !next_.empty();
  }

  /// The rows so far.
  std::size_t rows() const {
    return rows_;
  }

  /// All pages as if they were one.
  const json& view() const {
    return view_;
  }

private:
  std::string base_; // the target without its page
  const char* key_;  // of the rows; null: a tree
  std::size_t limit_;
  std::size_t rows_ = 0;
  std::string next_; // where the next page begins
  bool is_done_ = false;
  json view_;
};

} // namespace atrium::tool
