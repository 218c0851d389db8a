#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace atrium {

/// What one client may send and keep waiting, whatever carries its messages.
struct session_options {
  std::size_t max_message_bytes = 65'536;
  std::size_t request_window = 64;      ///< Requests without an answer.
  std::chrono::seconds idle_timeout{0}; ///< 0: none.
  std::size_t outbox_bytes = 1'048'576;
  std::vector<std::string> outbox_policy; ///< Rules; empty: disconnect.
};

} // namespace atrium
