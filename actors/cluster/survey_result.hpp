#pragma once

#include <string>
#include <vector>

namespace atrium {

/// What the nodes say to a survey.
struct survey_result {
  struct row {
    std::string node;
    std::string run;
    std::string json; ///< Empty: it knows nothing of that name.
  };

  std::vector<row> answers; ///< By name of node.

  /// Names of nodes that should have answered: they have not in time, or have
  /// been silent before.
  std::vector<std::string> silent;

  std::string error; ///< Why there may be more; empty: that is all.
};

} // namespace atrium
