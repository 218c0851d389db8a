#pragma once

#include "atrium/net/api/api_error.hpp"

#include <functional>
#include <string>

namespace atrium {

/// What became of a command.
struct api_reply {
  api_error error; ///< Of code 0: it was done.

  /// Then the text of a JSON object: the result, or all of the answer.
  std::string result;
  bool is_whole = false;
};

/// Takes a reply: once, on any thread.
using api_handler = std::function<void(api_reply)>;

} // namespace atrium
