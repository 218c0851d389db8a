#pragma once

#include "atrium/net/inspect/inspect_options.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace atrium::tool {

/// What is asked of the inspector; with a body it is an act.
struct node_question {
  std::string target;
  std::optional<std::string> body;
};

/// What came back, or why nothing did.
struct node_answer {
  unsigned status = 0; ///< As in HTTP.
  std::string json;
  std::string error; ///< Empty: there is an answer.
};

/// The tool's end of CAF's protocol. Every wait is finite; a node that goes
/// away is noticed at once, one that says nothing after the timeout.
class node_link {
public:
  explicit node_link(const inspect_options& from);

  node_link(const node_link&) = delete;
  node_link& operator=(const node_link&) = delete;

  ~node_link();

  /// Connects and compares versions. Returns why that is not possible, or
  /// nothing. Blocks for up to twice the timeout.
  std::string connect();

  /// Asks without waiting. `then` is called once, on a thread of CAF.
  void ask(node_question what, std::function<void(node_answer)> then);

  /// Asks and waits.
  node_answer ask(node_question what);

  /// What the node calls itself, after `connect`.
  const std::string& node_id() const;

  /// Whether a wait was in vain: then something may still be waiting, and
  /// ending this object would wait for it.
  bool is_stuck() const;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium::tool
