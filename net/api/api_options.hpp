#pragma once

#include <cstddef>
#include <string>

namespace atrium {

/// Who may use the API, where, and how much of the node it takes.
struct api_options {
  std::string key_file;   ///< Empty: whoever is on this machine may.
  bool is_public = false; ///< On the listener of clients, too.
  std::size_t max_bytes = std::size_t{4} << 20; ///< Of the body of a request.

  // Bounds of what is under way; over them requests are refused.
  std::size_t concurrency = 1'024;                   ///< Requests.
  std::size_t pending_bytes = std::size_t{64} << 20; ///< Of their bodies.
};

} // namespace atrium
